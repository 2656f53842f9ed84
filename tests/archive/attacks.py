"""Attempts at running a script through what people type, made in number.

Combined from what is known to have worked somewhere (OWASP's filter evasion list, the mutation
attacks found by Heiderich and others, obfuscated addresses as browsers read them). Each calls
``hit('<number>')``, which the page under test defines.
"""

# ruff: noqa: E501 - attacks are as long and as odd as they are

from __future__ import annotations

from collections.abc import Iterator

EVENTS = (
    "onerror", "onload", "onfocus", "onmouseover", "onclick", "ontoggle", "onbegin", "onstart",
    "onanimationstart", "onpointerover", "oncanplay", "onpageshow", "onwheel", "onbeforetoggle",
)  # fmt: skip
ELEMENTS = (
    "img src=x", "svg", "body", "video src=x", "audio src=x", "iframe src=x", "object data=x",
    "embed src=x", "input autofocus", "details open", "marquee", "select autofocus",
    "textarea autofocus", "a href=# tabindex=1 autofocus", "table background=x", "math", "x id=x",
    "button autofocus", "style", "link rel=stylesheet href=x",
)  # fmt: skip
CODE = "hit('%s')"
# How a browser still reads it as a tag with that attribute.
WRITTEN = (
    "<{e} {on}={c}>", "<{e} {on}=\"{c}\">", "<{e}/{on}={c}>", "<{e}\n{on}={c}>", "<{e}\t{on} = {c} //",
    "<{E} {ON}={c}>", "\"><{e} {on}={c}>", "'><{e} {on}={c} x='", "--><{e} {on}={c}>",
    "]]><{e} {on}={c}>", "</textarea><{e} {on}={c}>", "</title><{e} {on}={c}>",
    "</script><{e} {on}={c}>", "</style><{e} {on}={c}>", "<<{e} {on}={c}>>", "&lt;{e} {on}={c}&gt;",
    "<{e} x=\"y\"{on}={c}>", "<!--><{e} {on}={c}>", "<{e} {on}=&#104;it('%s')>",
)  # fmt: skip
SCHEMES = (
    "javascript:{c}", "JaVaScRiPt:{c}", "java\tscript:{c}", "java\nscript:{c}", "\x01javascript:{c}",
    "  javascript:{c}", "&#106;avascript:{c}", "&#x6A;avascript&colon;{c}", "javascript&#58;{c}",
    "java&Tab;script:{c}", "java&NewLine;script:{c}", "javascript://x%0a{c}", "%6Aavascript:{c}",
    "data:text/html,<script>parent.{c}</script>", "data:text/html;base64,PHNjcmlwdD5oaXQoMSk8L3NjcmlwdD4=",
    "data:image/svg+xml,<svg onload={c}>", "vbscript:{c}", "blob:{c}", "view-source:javascript:{c}",
    "feed:javascript:{c}", "jar:javascript:{c}", "\\javascript:{c}", "javascript\x00:{c}",
    "livescript:{c}", "mocha:{c}", "about:{c}", "filesystem:{c}", "x-javascript:{c}",
)  # fmt: skip
LINKS = (
    "[x]({u})", "[x](<{u}>)", "![x]({u})", "<{u}>", "[x][r{n}]\n\n[r{n}]: {u}", "[x]({u} \"t\")",
    "<a href=\"{u}\">x</a>", "[[{u}]]", "[[x|{u}]]", "[x](/ \"t\\\" onmouseover=\"{c}\")",
    "[![x]({u})]({u})", "x[^f{n}]\n\n[^f{n}]: [x]({u})", "| [x]({u}) |\n| --- |\n| ![x]({u}) |",
    "# [x]({u})", "- [ ] [x]({u})", "> [x]({u})", "`{u}`", "```{u}\nx\n```", "[x]({u}",
)  # fmt: skip
MUTATIONS = (
    "<noscript><p title=\"</noscript><img src=x onerror={c}>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={c}&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror={c}>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={c}>",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror={c}></style></annotation-xml></math>",
    "<svg><script>{c}</script></svg>", "<svg><a xlink:href=\"javascript:{c}\"><text>x</text></a></svg>",
    "<svg><animate onbegin={c} attributeName=x dur=1s>", "<svg><use href=\"data:image/svg+xml,<svg onload={c}>#x\">",
    "<template><img src=x onerror={c}></template>", "<xmp><p title=\"</xmp><img src=x onerror={c}>\">",
    "<select><template><style><!--</style><a rel=\"--></style><img src=x onerror={c}>\">",
    "<iframe srcdoc=\"<script>parent.{c}</script>\"></iframe>", "<object data=\"javascript:{c}\"></object>",
    "<form action=\"javascript:{c}\"><button>x</button></form>", "<button formaction=\"javascript:{c}\">x</button>",
    "<meta http-equiv=refresh content=\"0;url=javascript:{c}\">", "<base href=\"javascript:{c}//\">",
    "<div style=\"background:url(javascript:{c})\">", "<style>@import 'javascript:{c}';</style>",
    "<link rel=stylesheet href=\"javascript:{c}\">", "<img src=\"x` `<script>{c}</script>\"` `>",
    "<script>{c}</script>", "<script/src=data:,{c}></script>", "<scr<script>ipt>{c}</script>",
    "<SCRIPT>{c}</SCRIPT>", "<script\x20type=\"text/javascript\">{c};</script>", "<script>{c}",
    "```html\"><img src=x onerror={c}>\nx\n```", "```x\" onmouseover=\"{c}\nx\n```",
    "~~~\n</code></pre><img src=x onerror={c}>\n~~~", "![\" onerror=\"{c}](x)", "![x](x\" onerror=\"{c})",
    "![x](x 'y\" onerror=\"{c}')", "[x](/\"onmouseover=\"{c})", "# x {{#x onclick={c}}}",
    "<div hx-get=/ hx-trigger=load hx-on::before-request=\"{c}\" hx-on:load=\"{c}\">",
    "<div data-hx-on:load=\"{c}\" data-confirm=\"{c}\">", "<p hx-trigger=\"load[{c}]\" hx-get=\"/\">",
    "<a ping=x href=\"javascript:{c}\" data-hm-copy=\"{c}\">x</a>", "\u2028<img src=x onerror={c}>",
    "\ufeff<script>{c}</script>", "<img src=x onerror\x00={c}>", "＜script＞{c}＜/script＞",
    "{{{{constructor.constructor(\"{c}\")()}}}}", "${{{c}}}", "<%= {c} %>", "{{% {c} %}}",
    "<img src=x:x onerror\x0b={c}>", "<a href=\"\x0ejavascript:{c}\">x</a>",
    "\x02<img src=x onerror={c}>\x03", "\x03</mark><script>{c}</script>\x02",
)  # fmt: skip


def _with_code(patterns: Iterator[str]) -> list[str]:
    return [pattern.replace("%s", str(number)) for number, pattern in enumerate(patterns)]


def _tags() -> Iterator[str]:
    for number, element in enumerate(ELEMENTS):
        for at, written in enumerate(WRITTEN):
            event = EVENTS[(number + at) % len(EVENTS)]
            name, _, rest = element.partition(" ")
            yield written.format(
                e=element, E=f"{name.upper()} {rest}".strip(), on=event, ON=event.upper(), c=CODE
            )


def _addresses() -> Iterator[str]:
    for scheme in SCHEMES:
        address = scheme.format(c=CODE)
        for number, link in enumerate(LINKS):
            yield link.format(u=address, c=CODE, n=f"{SCHEMES.index(scheme)}x{number}")


def texts() -> list[str]:
    """Return some 950 attacks on what renders Markdown."""
    mutations = (pattern.format(c=CODE) for pattern in MUTATIONS)
    return _with_code(iter([*_tags(), *_addresses(), *mutations]))


def words(longest: int, count: int) -> list[str]:
    """Return ``count`` attacks of one line and at most ``longest`` characters, spread over all."""
    fitting = [
        " ".join(text.replace("\x00", "").split())
        for text in texts()
        if len(text) <= longest and text.strip()
    ]
    step = max(len(fitting) // count, 1)
    return fitting[::step][:count]
