"""How ``./hm docs`` makes these pages a site.

The source folder is the repository: what the pages link to outside docs/ (README, changelog,
hm_auth's README) is a page of the site, too.
"""

project = "HiveMatrix"
html_title = "HiveMatrix"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "hm_auth/README.md"]
exclude_patterns = [".*", "*_project", "bench", "deploy", "tests", "var", "docs/requirements.*"]

myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]  # a README may begin where its reader is

html_theme = "furo"
html_theme_options = {  # the colours of hm_auth/ui/static/hm/tokens.css
    "light_css_variables": {"color-brand-primary": "#8a4a06", "color-brand-content": "#8a4a06"},
    "dark_css_variables": {"color-brand-primary": "#f4bd55", "color-brand-content": "#f4bd55"},
}
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
