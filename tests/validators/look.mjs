// Opens one page in a browser and prints as JSON what is to be seen; the questions come as one JSON argument.
import { readFileSync } from "node:fs";

const ask = JSON.parse(process.argv[2]);
const { chromium } = await import(ask.driver);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
args.push("--disable-component-update", "--disable-sync");
const browser = await chromium.launch({ executablePath: ask.browser, args });
const context = await browser.newContext({
  viewport: { width: ask.width, height: 900 },
  colorScheme: ask.scheme,
  javaScriptEnabled: ask.javascript,
});
const page = await context.newPage();
const seen = { console: [], requests: [], dialogs: 0 };
page.on("console", (message) => seen.console.push(message.text()));
page.on("pageerror", (error) => seen.console.push(error.message));
page.on("request", (request) => seen.requests.push(request.url()));
page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
await page.goto(ask.page);

const count = (selector) => page.locator(selector).count();
const shown = (selector) => page.locator(selector).filter({ visible: true }).count();
seen.results = await count(".result");
seen.resultsShown = await shown(".result");
seen.folds = await count("details");
seen.filterShown = (await shown("#filter")) === 1;

if (ask.javascript) await interact();
else await print();
await browser.close();
console.log(JSON.stringify(seen));

async function interact() {
  seen.overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.evaluate(readFileSync(ask.axe, "utf8"));
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  seen.violations = found.violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3)}`);

  await page.keyboard.press("Tab");
  seen.firstFocus = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  seen.afterSkip = await page.evaluate(() => window.location.hash);

  if ((await count("#search")) === 0) return;
  await page.locator("#search").fill("ci.test-gate  automated");
  await page.waitForTimeout(300);
  const rules = () => page.locator(".result:visible").evaluateAll((all) => all.map((node) => node.dataset.rule));
  seen.searched = { shown: await rules(), status: await page.locator("#shown").textContent() };
  await page.locator("#search").fill("");
  for (const box of await page.locator("#filter input[type=checkbox]").all()) {
    if ((await box.getAttribute("value")) !== "conforming") await box.uncheck();
  }
  await page.waitForTimeout(300);
  seen.oneState = await page.locator(".result:visible").evaluateAll((all) => all.map((node) => node.dataset.state));
  const hidden = page.locator(".result[hidden]").first();
  if (await hidden.count()) {
    const id = await hidden.getAttribute("id");
    await page.locator(`a[href="#${id}"]`).first().click();
    await page.waitForTimeout(300);
    seen.followed = await page.locator(`[id="${id}"]`).isVisible();
  }
  await page.locator("#filter button[type=reset]").click();
  await page.waitForTimeout(300);
  seen.afterReset = await shown(".result");
  await page.locator("#unfold").click();
  seen.unfolded = await count("details[open]");
}

async function print() {
  await page.emulateMedia({ media: "print" });
  seen.printed = { nav: (await shown("nav")) > 0, filter: (await shown("#filter")) > 0 };
  const inside = await page.locator("details > ul").evaluateAll((all) => all.map((node) => node.checkVisibility()));
  seen.printed.foldsShown = inside.filter(Boolean).length;
  seen.printed.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
