/* What the pages do beyond what they do without it: live counts, keys, choosing on a shape, a look that ends.
   Plain DOM, no markup from strings, no other host. The server has the last word on everything. */
"use strict";

(() => {
  const body = document.body;
  const page = body.dataset.page || "";
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const show = (element, shown = true) => { if (element) element.hidden = !shown; };

  /* ---- dark and light ---- */

  const themeSwitch = find("[data-theme-switch]");
  if (themeSwitch) {
    themeSwitch.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const root = document.documentElement;
      const theme = themeSwitch.value;
      root.dataset.theme = theme;
      const other = theme === "dark" ? "light" : "dark";
      themeSwitch.value = other;
      themeSwitch.textContent = other === "dark" ? "Dark" : "Light";
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
    });
    // Without a choice the system decides: then the button offers what is not there.
    if (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) {
      themeSwitch.value = "light";
      themeSwitch.textContent = "Light";
    }
  }

  /* ---- live counts ---- */

  const LIVE_MS = { bulk: 1000, trial: 1000, record: 5000 }[page] || 10000;
  let pause = LIVE_MS;

  const say = (text) => {
    const place = find("[data-say]");
    if (place && text && place.textContent !== text) place.textContent = text;
  };

  const setCounts = (root, counts) => {
    for (const [name, text] of Object.entries(counts || {})) {
      for (const cell of all(`[data-count="${CSS.escape(name)}"]`, root)) {
        if (cell.textContent !== text) cell.textContent = text;
      }
    }
  };

  const apply = (news) => {
    setCounts(document, news.counts);
    for (const row of all("[data-group]")) setCounts(row, (news.groups || {})[row.dataset.group]);
    const known = new Set(all("[data-group]").map((row) => row.dataset.group));
    const fresh = Object.keys(news.groups || {}).filter((group) => !known.has(group)).length;
    const notice = find("[data-news]");
    if (notice && fresh && !find(".pager [rel=next]") && !location.search.includes("after=")) {
      find("[data-news-text]", notice).textContent = fresh === 1 ? "There is a new group." : `There are ${fresh} new groups.`;
      show(notice);
    }
    if (news.state !== undefined && body.dataset.state !== undefined && news.state !== body.dataset.state) {
      show(find("[data-changed]"));
    }
    const progress = find("[data-progress]");
    if (progress && news.progress !== undefined) progress.value = news.progress;
    say(news.say);
    if (news.done) location.reload();
  };

  const poll = async () => {
    if (document.hidden) return;
    const word = find("[data-live-word]");
    const tell = (text, late) => {
      if (!word) return;
      word.textContent = text;
      word.className = late ? "live live-late" : "live";
    };
    try {
      const answer = await fetch(body.dataset.live, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      apply(await answer.json());
      pause = LIVE_MS;
      tell("live", false);
    } catch {
      // Away or logged out: ask less and less often, and say so; nothing on the page is lost.
      pause = Math.min(pause * 2, 60000);
      tell("not live", true);
    }
  };

  if (body.dataset.live) {
    const again = () => setTimeout(async () => { await poll(); again(); }, pause);
    again();
    poll();
    document.addEventListener("visibilitychange", poll);
  }

  /* ---- keys ---- */

  const help = find("#help");
  const helpButton = find("[data-help]");
  const keysOn = find("#keys-on");
  const stored = (() => { try { return localStorage.getItem("keys"); } catch { return null; } })();
  if (keysOn) {
    keysOn.checked = stored !== "off";
    keysOn.addEventListener("change", () => {
      try { localStorage.setItem("keys", keysOn.checked ? "on" : "off"); } catch { /* Private windows keep nothing. */ }
    });
  }
  if (help && helpButton) {
    show(helpButton);
    helpButton.addEventListener("click", () => help.showModal());
  }

  const step = (by) => {
    const links = all("[data-row-link]");
    if (!links.length) return;
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    const at = links.findIndex((link) => row && row.contains(link));
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const goTo = (key) => {
    // Whoever stands on a row means the row; else the page.
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    const link = row && find("[data-row-link]", row);
    if (link) return location.assign(`${link.href}#${{ r: "release", d: "discard", t: "try" }[key]}`);
    const target = find(`[data-key="${key}"]`);
    if (!target) return;
    open(target);
    const field = key === "d" && target.form && find("input[name=why][required]", target.form);
    (field || target).focus();
    target.scrollIntoView({ block: "nearest" });
  };

  const open = (element) => {
    for (let up = element.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  };

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    const dialog = help && help.open;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog || typing(event.target)) return;
    if (keysOn && !keysOn.checked && event.key !== "?") return;
    const act = {
      j: () => step(1),
      k: () => step(-1),
      r: () => goTo("r"),
      d: () => goTo("d"),
      t: () => goTo("t"),
      "/": () => { const field = find("[data-search]"); if (field) field.focus(); },
      "?": () => { if (help) help.showModal(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A link to a part that is folded away opens it: `#discard`.
  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    open(target);
    const key = find("input[name=why][required]", target) || find("[data-key]", target);
    if (key) key.focus();
  };
  addEventListener("hashchange", openTarget);
  // Going to the part takes the focus away, so it is given afterwards.
  addEventListener("load", () => setTimeout(openTarget));

  /* ---- choosing on a shape ---- */

  const shape = page === "mask" ? find("#preview") : null;
  const chosen = find("#chosen");
  if (shape && chosen) {
    all("[data-with-script]").forEach((element) => show(element));
    shape.tabIndex = 0;
    shape.setAttribute("role", "group");
    shape.setAttribute("aria-label", "Shape of the record; select in it what has to be hidden");
    const text = shape.textContent;

    const offset = (node, at) => {
      const range = document.createRange();
      range.selectNodeContents(shape);
      range.setEnd(node, at);
      return range.toString().length;
    };

    const spans = () => all("input[name=span]", chosen).map((input) => input.value.split("-").map(Number));

    const put = (list) => {
      const merged = [];
      for (const [start, end] of list.sort((one, other) => one[0] - other[0])) {
        const last = merged[merged.length - 1];
        if (last && start <= last[1]) last[1] = Math.max(last[1], end); else merged.push([start, end]);
      }
      chosen.replaceChildren(...merged.map(item));
      mark(merged);
    };

    const item = ([start, end]) => {
      const line = document.createElement("li");
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "span", value: `${start}-${end}` });
      const code = document.createElement("code");
      code.textContent = text.slice(start, end);
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "remove" });
      remove.setAttribute("aria-label", `Do not hide ${text.slice(start, end)}`);
      remove.addEventListener("click", () => {
        put(spans().filter(([one, other]) => one !== start || other !== end));
        shape.focus();
      });
      line.append(input, code, remove);
      return line;
    };

    const mark = (list) => {
      const nodes = [];
      let at = 0;
      for (const [start, end] of list) {
        nodes.push(text.slice(at, start));
        const span = Object.assign(document.createElement("mark"), { className: "t-chosen", textContent: text.slice(start, end) });
        nodes.push(span);
        at = end;
      }
      shape.replaceChildren(...nodes, text.slice(at));
    };

    const choose = () => {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return say("Select something in the shape first.");
      const range = selection.getRangeAt(0);
      if (!shape.contains(range.startContainer) || !shape.contains(range.endContainer)) {
        return say("Select something in the shape first.");
      }
      const start = offset(range.startContainer, range.startOffset);
      const end = offset(range.endContainer, range.endOffset);
      if (end <= start) return say("Select something in the shape first.");
      put([...spans(), [start, end]]);
      selection.removeAllRanges();
      say(`Characters ${start} to ${end} are chosen.`);
    };

    find("[data-hide-selection]").addEventListener("click", choose);
    // The button must not take the selection away before it is read.
    find("[data-hide-selection]").addEventListener("mousedown", (event) => event.preventDefault());
    find("[data-clear]").addEventListener("click", () => { put([]); say("Nothing is chosen."); });
    shape.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); choose(); } });
    if (spans().length) put(spans());
  }

  /* ---- a look at an original ends ---- */

  const original = find("[data-original]");
  if (original) {
    const timer = find("[data-timer]");
    let left = Number(timer.dataset.seconds);
    const end = () => {
      original.replaceChildren();
      show(original, false);
      show(find("[data-gone]"));
      timer.textContent = "It is over.";
      clearInterval(clock);
    };
    const tell = () => { timer.textContent = `It goes away in ${left} s, or when you leave this tab.`; };
    const clock = setInterval(() => { left -= 1; if (left <= 0) end(); else tell(); }, 1000);
    tell();
    document.addEventListener("visibilitychange", () => { if (document.hidden) end(); });
    addEventListener("pagehide", end);
  }
})();
