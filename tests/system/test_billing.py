"""The month in a browser: the clerk runs it, reads a reason, approves; the client has the PDF."""

from __future__ import annotations

import re

import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.stack import Stack


def signed_in(browser: Browser, stack: Stack, username: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{stack.urls['treasury']}/auth/login")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill("hivematrix-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^(?!.*/auth/login)"))
    return context, page


def test_the_clerk_bills_the_month_and_the_client_reads_it(stack: Stack, browser: Browser) -> None:
    treasury = stack.urls["treasury"]
    context, page = signed_in(browser, stack, "billing")
    page.goto(f"{treasury}/billing")
    page.get_by_role("button", name="Run billing").click()
    # The worker asks Nexus who works there: one more client is billed by the person.
    expect(page.get_by_text(re.compile(r"Last run .*1 drafted"))).to_be_visible(timeout=40_000)
    acme = page.get_by_role("row").filter(has_text="Acme Manufacturing")
    expect(acme).to_contain_text("new: c-1001-ws-")
    acme.get_by_role("link", name="Acme Manufacturing").click()
    expect(page.get_by_text("3 servers × 105.00 as agreed")).to_be_visible()
    invoice = page.url
    page.goto(f"{treasury}/billing")
    page.get_by_role("checkbox", name="Choose Acme Manufacturing").check()
    page.get_by_role("button", name="Approve those chosen").click()
    expect(page.get_by_role("heading", name="Issue 1 invoice?")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile(r"Last approval .* 1 issued"))).to_be_visible(timeout=40_000)
    context.close()

    context, page = signed_in(browser, stack, "acme")
    page.goto(invoice)
    expect(page.get_by_text("3 servers × 105.00 as agreed")).to_be_visible()
    label = page.get_by_role("heading", level=1).inner_text()
    assert re.fullmatch(r"INV-\d{5}", label)
    pdf = context.request.get(f"{invoice}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.body().startswith(b"%PDF-")
    assert label in pdf.headers["content-disposition"]
    context.close()

    context, page = signed_in(browser, stack, "globex")
    for address in (invoice, f"{invoice}/pdf", f"{invoice}/cii", f"{invoice}/ubl"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
    ident = invoice.rsplit("/", 1)[1]
    assert context.request.get(f"{treasury}/api/invoices/{ident}/").status == 404
    assert context.request.get(f"{treasury}/api/invoices/").status == 200
    page.goto(f"{treasury}/invoices")
    expect(page.get_by_text(label, exact=True)).to_have_count(0)
    context.close()
    for part in ("", "/pdf"):
        answer = requests.get(f"{invoice}{part}", allow_redirects=False, timeout=20)
        assert answer.status_code == 302, "a stranger is asked to sign in"
