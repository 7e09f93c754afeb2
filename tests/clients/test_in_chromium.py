"""The TypeScript client in a real browser, without a build or a bundler."""

from __future__ import annotations

import pytest

from infra.generate.spec import ROOT
from tests.clients.live import Live
from tests.site.chromium import launched

pytestmark = pytest.mark.xdist_group("local-stack")

PACKAGE = ROOT / "generated/clients/typescript"
PAY = """async ([baseUrl, token]) => {
  const { NotFound, PaymentsClient } = await import("/client/index.js");
  const payments = new PaymentsClient({ baseUrl, token });
  const coffee = { amount: { value: 450, currency: "EUR" }, payee: "coffee-shop-42" };
  const paid = await payments.waitUntilFinal(await payments.createPayment(coffee));
  const missing = await payments.getWallet("ZAR").catch((error) => error instanceof NotFound);
  return [paid.status, missing];
}"""


def test_a_page_pays_with_the_unbundled_files(live: Live) -> None:
    with launched() as browser:
        page = browser.new_page()
        # The page and the API have one origin; the same origin serves the client's files.
        page.route(
            "**/client/*.js",
            lambda route: route.fulfill(path=PACKAGE / route.request.url.rpartition("/")[2]),
        )
        page.goto(live.base_url.replace("/v1", "/docs"))

        assert page.evaluate(PAY, [live.base_url, live.tokens["alice"]]) == ["completed", True]
