"""What an administrator does with rows of a list."""


def run_action(browser, path, action, *rows, **more):
    data = {
        "action": action,
        "_selected_action": [str(row.pk) for row in rows],
        "index": "0",
        **more,
    }
    return browser.post(path, data, follow=True)
