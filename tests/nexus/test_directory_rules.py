"""How the directory writes values, and that a merge loses none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.directory import rules


@pytest.mark.parametrize(
    ("pasted", "domain"),
    [
        ("Acme.example", "acme.example"),
        ("https://www.Acme.example/imprint?x=1", "www.acme.example"),
        ("nora@acme.example", "acme.example"),
        ("acme.example.", "acme.example"),
        (" acme.example:8443 ", "acme.example"),
        ("MÜLLER.example", "müller.example"),
        ("", ""),
    ],
)
def test_a_pasted_address_becomes_a_domain(pasted, domain):
    assert rules.normal_domain(pasted) == domain


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nora  byrne", ["nora", "byrne"]),
        ("020 914 8786", ["209148786"]),
        ("+353 20 914 8786", ["353209148786"]),
        ("(020) 914-8786", ["209148786"]),
        ("1042", ["1042"]),
        ("C-1042", ["C-1042"]),
        ("a b c d e f g h i j", list("abcdefgh")),
        ("nul\x00inside", ["nul", "inside"]),
        ("   ", []),
    ],
)
def test_search_words(typed, words):
    assert rules.search_words(typed) == words


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [
        ("Nora", "Byrne", "Nora Byrne"),
        ("", "Byrne", "Byrne"),
        ("Nora", "", "Nora"),
        ("伟", "王", "王伟"),
        ("Wei", "王", "Wei 王"),
        ("תמר", "כהן", "תמר כהן"),
    ],
)
def test_a_name_is_joined_as_its_script_does(first, last, full):
    assert rules.full_name(first, last) == full


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("+353 20 914 8786", True), ("01 234 5678 ext. 12", True), ("12", False), ("ring me", False)],
)
def test_a_phone_number_can_be_dialled(number, dialled):
    assert bool(rules.PHONE.fullmatch(number)) is dialled


def test_tags_are_small_distinct_and_sorted():
    assert rules.normal_tags([" Gold", "gold", "", "24x7", "Two  Words"]) == [
        "24x7",
        "gold",
        "two words",
    ]


def test_00_is_written_as_plus():
    assert rules.normal_phone(" 00353 20 914 8786") == "+353 20 914 8786"
    assert rules.normal_phone("020 914 8786") == "020 914 8786"


@given(st.text())
def test_tidying_twice_changes_nothing(text):
    assert rules.tidy(rules.tidy(text)) == rules.tidy(text)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
field_names = st.sampled_from(["name", "legal_name", "phone"])
fields = st.fixed_dictionaries({"name": texts, "legal_name": texts, "phone": texts})
lists = st.fixed_dictionaries({"tags": st.lists(texts), "domains": st.lists(texts)})
keys = st.dictionaries(st.sampled_from(["rmm", "accounting", "psa"]), texts)


@given(fields, fields, lists, lists, keys, keys, texts, texts)
def test_a_merge_loses_no_value(
    mine, theirs, my_lists, their_lists, my_keys, their_keys, note, other
):
    merged = rules.merge(
        values=(mine, theirs),
        lists=(my_lists, their_lists),
        external_ids=(my_keys, their_keys),
        labels={},
    )
    notes = rules.joined_notes(note, other, "Merged.", merged.leftovers)
    for name in mine:
        assert merged.values[name] == (mine[name] or theirs[name])
        assert theirs[name] in {merged.values[name], ""} or f"{name}: {theirs[name]}" in notes
    for name in my_lists:
        assert {*my_lists[name], *their_lists[name]} - {""} == set(merged.lists[name])
    for system, key in (my_keys | their_keys).items():
        assert merged.external_ids[system] == my_keys.get(system, key)
    for system, key in their_keys.items():
        assert merged.external_ids[system] == key or f"{system}: {key}" in notes
    assert note.strip() in notes
    assert other.strip() in notes


@pytest.mark.parametrize(
    ("tags", "complaint"),
    [
        ([], ""),
        (["gold", "x" * 50], ""),
        ([str(number) for number in range(50)], ""),
        ([str(number) for number in range(51)], "A company has at most 50 tags."),
        (["x" * 51], "A tag has at most 50 characters: " + "x" * 50 + "\u2026"),
        (["gold,silver"], "A tag has no comma: gold,silver"),
    ],
)
def test_tags_have_limits(tags, complaint):
    assert rules.tags_complaint(tags) == complaint
