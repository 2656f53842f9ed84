"""A misspelt field in a write is said, never taken for saved."""


def test_a_field_that_does_not_exist_is_refused(api, admin, acme):
    caller = api(admin)
    path = f"/api/companies/{acme.pk}/"
    read = caller.get(path)
    answer = caller.patch(path, {"nmae": "Typo"}, headers={"If-Match": read["ETag"]})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"nmae": ["There is no such field."]}
    assert caller.get(path)["ETag"] == read["ETag"]


def test_what_was_read_can_be_sent_back(api, admin, acme):
    caller = api(admin)
    path = f"/api/companies/{acme.pk}/"
    read = caller.get(path)
    sent = caller.put(path, read.json(), headers={"If-Match": read["ETag"]})
    assert sent.status_code == 200, sent.content
