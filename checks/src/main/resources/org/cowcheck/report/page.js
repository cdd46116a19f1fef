"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const esc = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const number = (n) => Number(n).toLocaleString("en-US");
  const VERDICTS = ["Never", "Sometimes", "Unknown", "failed"];
  const MODELS = ["sc", "tso", "lkmm"];
  const PLATFORMS = ["x86", "arm64", "generic"];
  const SVG = "http://www.w3.org/2000/svg";
  let report;
  let changesOf = new Map();
  let byKey = new Map();
  const blocks = new Map();
  let view = null;

  // Data: JSON, gzipped, in base64.

  async function inflate(id) {
    const bytes = Uint8Array.from(atob($(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  async function block(group) {
    if (!(group in report.blocks)) return { witnesses: {}, graphs: {} };
    if (!blocks.has(group)) blocks.set(group, await inflate(`block-${report.blocks[group]}`));
    return blocks.get(group);
  }

  const keyOf = (cell) => `${cell.engine} ${cell.cell}`;
  const hashOf = (cell) => `#cell=${encodeURIComponent(keyOf(cell))}`;
  const summary = (cell) => cell.verdict + (cell.races.length ? " (data race)" : "");

  // Theme.

  const THEMES = ["system", "light", "dark"];
  let theme = "system";
  function setTheme(name) {
    theme = name;
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    $("theme").textContent = `Theme: ${name}`;
    try { localStorage.setItem("cowcheck-theme", name); } catch { /* no storage here */ }
  }
  const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);

  function toggleHelp() {
    $("help").hidden = !$("help").hidden;
    $("help-button").setAttribute("aria-expanded", String(!$("help").hidden));
    if (!$("help").hidden) scrollTo(0, 0);
  }

  // Summary, changes, history.

  function showSummary() {
    const run = report.run;
    document.title = `cowcheck: run ${run.run}`;
    $("title").textContent = `cowcheck: run ${run.run}`;
    const tile = (name, n, of) => `<li><b class="v-${name}">${number(n)}</b>${of}</li>`;
    $("summary").innerHTML = `
      <p>${esc(run.started)} to ${run.ended ? esc(run.ended) : "now: it has not ended"}, on ${esc(run.machine)},
      ${esc(run.java)}${run.shard === "1/1" ? "" : `, part ${esc(run.shard)}`}. <span class="soft">${esc(report.journal)}</span></p>
      <ul class="tiles">${tile("", run.done, `of ${number(run.planned)} cells`)}${tile("Never", run.never, "Never")}
      ${tile("Sometimes", run.sometimes, "Sometimes")}${tile("Unknown", run.unknown, "Unknown")}${tile("failed", run.failed, "failed")}</ul>` +
      (report.damaged.length
        ? `<div class="warning"><p>The journal is damaged; these lines are left out:</p><ul>${report.damaged
            .map((d) => `<li>line ${d.line}: ${esc(d.why)}</li>`).join("")}</ul></div>`
        : "");
  }

  function showChanges() {
    const list = (since, title) => {
      const changes = report.changes.filter((change) => change.since === since);
      const item = (c) => {
        const cell = byKey.get(`${c.engine} ${c.cell}`);
        const name = cell ? `<a href="${hashOf(cell)}">${esc(c.cell)}</a>` : esc(c.cell);
        return `<li><b>${esc(c.kind)}</b>: ${name}: ${esc(c.after)}, ${esc(c.before)} ${since === "record" ? "on record" : "before"}</li>`;
      };
      if (!changes.length) return `<p>${title}: nothing.</p>`;
      return `<details${changes.length <= 30 ? " open" : ""}><summary>${title}: <b class="mark">${number(changes.length)}</b></summary><ul>${changes.map(item).join("")}</ul></details>`;
    };
    $("changes").innerHTML = "<h2>What changed</h2>" + list("record", "Not as recorded") +
      (report.history.length > 1 ? list("last run", `Otherwise than in run ${report.history[report.history.length - 2].run}`) : "");
  }

  function showHistory() {
    const runs = report.history;
    const width = Math.min(1100, Math.max(320, runs.length * 44));
    const height = 130;
    const most = Math.max(1, ...runs.map((run) => run.done));
    const step = Math.min(44, width / runs.length);
    const bars = runs.map((run, i) => {
      let y = height;
      const parts = VERDICTS.map((verdict) => {
        const h = (run[verdict.toLowerCase()] / most) * (height - 6);
        y -= h;
        const colour = `var(--${verdict.toLowerCase()})`;
        return h > 0 ? `<rect x="${i * step + 4}" y="${y}" width="${step - 8}" height="${h}" fill="${colour}"/>` : "";
      }).join("");
      return `<g><title>run ${run.run}: ${run.never} Never, ${run.sometimes} Sometimes, ${run.unknown} Unknown, ${run.failed} failed</title>${parts}
        <text x="${i * step + step / 2}" y="${height + 15}" font-size="11" text-anchor="middle">${run.run}</text></g>`;
    }).join("");
    $("history-chart").innerHTML = `<svg role="img" aria-label="Verdicts per run; the table below has the numbers" width="${width}" viewBox="0 0 ${width} ${height + 20}">${bars}</svg>`;
    $("history-table").innerHTML = `<table><thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col">Ended</th><th scope="col" class="num">Cells</th>
      ${VERDICTS.map((v) => `<th scope="col" class="num v-${v}">${v}</th>`).join("")}<th scope="col" class="num">Seconds</th><th scope="col">Machine</th></tr></thead><tbody>${runs.slice().reverse().map((run) =>
      `<tr><th scope="row">${run.run}</th><td>${esc(run.started)}</td><td>${esc(run.ended || "not yet")}</td><td class="num">${number(run.done)} of ${number(run.planned)}</td>
       ${VERDICTS.map((v) => `<td class="num">${number(run[v.toLowerCase()])}</td>`).join("")}<td class="num">${number(Math.round(run.seconds))}</td><td>${esc(run.machine)}</td></tr>`).join("")}</tbody></table>`;
  }

  // The matrix and its filters.

  const by = (order) => (a, b) => (order.indexOf(a) + 99) % 99 - (order.indexOf(b) + 99) % 99;

  function fillFilters() {
    const options = (id, values, all) => {
      $(id).innerHTML = `<option value="">${all}</option>` + values.map((v) => `<option>${esc(v)}</option>`).join("");
    };
    const distinct = (field) => [...new Set(report.cells.map((cell) => cell[field]).filter(Boolean))];
    options("f-patch", distinct("patch").sort((a, b) => a.localeCompare(b, "en", { numeric: true })), "any");
    options("f-model", distinct("model").sort(by(MODELS)), "any");
    options("f-platform", distinct("platform").sort(by(PLATFORMS)), "any");
    options("f-engine", distinct("engine").sort(), "any");
    options("f-verdict", [...VERDICTS, "data race", "not Never"], "any");
  }

  function wanted() {
    const words = $("f-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const is = (id, value) => !$(id).value || $(id).value === value;
    const verdict = $("f-verdict").value;
    const has = (cell) =>
      !verdict || (verdict === "data race" ? cell.races.length > 0 : verdict === "not Never" ? cell.verdict !== "Never" : cell.verdict === verdict);
    const found = new Map();
    const text = (cell) => {
      if (!found.has(cell.group)) {
        const story = report.scenarios[cell.group];
        const all = `${cell.group} ${story ? `${story.title} ${story.source}` : ""}`.toLowerCase();
        found.set(cell.group, words.every((word) => all.includes(word)));
      }
      return found.get(cell.group) || (!cell.patch && words.every((word) => cell.cell.toLowerCase().includes(word)));
    };
    return report.cells.filter((cell) => is("f-patch", cell.patch) && is("f-model", cell.model) && is("f-platform", cell.platform) &&
      is("f-engine", cell.engine) && has(cell) && (!$("f-changed").checked || changesOf.has(keyOf(cell))) && text(cell));
  }

  function link(cell) {
    const changed = changesOf.has(keyOf(cell));
    const race = cell.races.length ? " ⚡" : "";
    const label = `${cell.cell}: ${summary(cell)}${changed ? ", changed" : ""}${cell.graph !== null ? ", with a witness" : ""}`;
    return `<a class="v-${cell.verdict}${changed ? " changed" : ""}" href="${hashOf(cell)}" aria-label="${esc(label)}" title="${esc(label)}">${cell.verdict}${race}${changed ? ' <span class="mark">≠</span>' : ""}</a>`;
  }

  function showMatrix() {
    const cells = wanted();
    const columns = [...new Set(cells.filter((c) => c.model).map((c) => `${c.model} ${c.platform}`))].sort((a, b) =>
      by(MODELS)(a.split(" ")[0], b.split(" ")[0]) || by(PLATFORMS)(a.split(" ")[1], b.split(" ")[1]));
    const groups = new Map();
    for (const cell of cells) {
      if (!cell.model) continue;
      if (!groups.has(cell.group)) groups.set(cell.group, new Map());
      const rows = groups.get(cell.group);
      const row = cell.patch + (cell.accesses === "marked" ? "" : `, ${cell.accesses}`);
      if (!rows.has(row)) rows.set(row, new Map());
      rows.get(row).set(`${cell.model} ${cell.platform}`, cell);
    }
    let body = "";
    for (const [group, rows] of groups) {
      const story = report.scenarios[group];
      body += `<tbody role="rowgroup"><tr class="group" role="row"><th role="rowheader" colspan="${columns.length + 1}" scope="rowgroup">${esc(group)}<span>${story ? esc(story.title) : ""}</span></th></tr>`;
      for (const [row, found] of rows) {
        body += `<tr role="row"><th role="rowheader" scope="row">${esc(row)}</th>${columns.map((column) =>
          `<td role="cell" data-column="${column}">${found.has(column) ? link(found.get(column)) : ""}</td>`).join("")}</tr>`;
      }
      body += "</tbody>";
    }
    $("table").innerHTML = groups.size ? `<table class="matrix" role="table" aria-labelledby="matrix-title"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">patch</th>${columns.map((column) =>
      `<th role="columnheader" scope="col">${column.replace(" ", "<br>")}</th>`).join("")}</tr></thead>${body}</table>` : "";
    const others = cells.filter((cell) => !cell.model);
    $("others").innerHTML = others.length ? `<h3>Other engines</h3><div class="wide"><table><thead><tr><th scope="col">engine</th><th scope="col">check</th><th scope="col">answer</th><th scope="col" class="num">runs</th></tr></thead><tbody>${others.map((cell) =>
      `<tr><td>${esc(cell.engine)}</td><th scope="row">${esc(cell.cell)}</th><td class="answer">${link(cell)}</td><td class="num">${number(cell.executions)}</td></tr>`).join("")}</tbody></table></div>` : "";
    $("count").textContent = cells.length ? `${number(cells.length)} of ${number(report.cells.length)} cells` : `None of ${number(report.cells.length)} cells; the button All takes the filters away.`;
  }

  // One cell.

  function relink(text, labels) {
    return esc(text).replace(/\(([A-Z]{1,4}\d{1,3}[a-z]?)\)/g, (all, label) =>
      labels.has(label) ? `<a class="label-link" href="#" data-label="${label}">${all}</a>` : `<span data-label="${label}">${all}</span>`);
  }

  async function showCell(cell) {
    const main = $("cell");
    const story = report.scenarios[cell.group];
    const data = await block(cell.group);
    const graph = cell.graph === null || cell.graph === undefined ? null : data.graphs[cell.graph];
    const witness = data.witnesses[keyOf(cell)];
    const labels = new Set(graph ? graph.events.map((e) => e.label).filter(Boolean) : []);
    const changes = changesOf.get(keyOf(cell)) || [];
    const fact = (name, value) => (value ? `<dt>${name}</dt><dd>${value}</dd>` : "");
    const past = [...cell.history, { first: report.run.run, last: report.run.run, verdict: cell.verdict, executions: cell.executions }];
    main.innerHTML = `
      <p><a href="#matrix" id="back">← all verdicts</a> <span class="soft">(Esc)</span></p>
      <h2 id="cell-title" tabindex="-1">${esc(cell.cell)}: <span class="v-${cell.verdict}">${esc(summary(cell))}</span></h2>
      ${story ? `<p>${esc(story.title)}. <span class="soft">From: ${esc(story.source)}</span></p>` : ""}
      ${changes.map((c) => `<p class="mark">${esc(c.kind)}: ${esc(c.after)} now, ${esc(c.before)} ${c.since === "record" ? "on record" : "in the run before"}</p>`).join("")}
      <dl class="facts">
        ${fact("answered by", `${esc(cell.engine)}, ${number(cell.executions)} executions, ${cell.seconds.toFixed(2)} s, ended ${esc(cell.ended)}`)}
        ${fact("on record", cell.recorded ? esc(cell.recorded) : cell.model ? "nothing for this platform or patch" : "")}
        ${fact("stopped by", cell.stopped && esc(cell.stopped))}
        ${fact("failed", cell.message && esc(cell.message))}
        ${fact("data races", cell.races.map(esc).join("<br>"))}
        ${fact("outcomes", cell.outcomes.map((o) => `${esc(o.outcome)}: ${number(o.times)} times`).join("<br>"))}
        ${fact("runs", `<ol class="past">${past.map((p) => `<li>${p.first === p.last ? "run" : "runs"} ${p.first}${p.first === p.last ? "" : ` to ${p.last}`}: <span class="v-${p.verdict}">${esc(p.verdict)}</span>, ${number(p.executions)}</li>`).join("")}</ol>`)}
      </dl>
      <h3>Reproduce</h3><pre class="command">${esc(cell.reproduce)}</pre>
      ${witness && cell.model ? `<p><button type="button" id="save">Save the witness file</button> <span class="soft">for <code>cowcheck replay FILE</code></span></p>` : ""}
      ${cell.notReplayed ? `<p class="warning">The witness does not replay any more: ${esc(cell.notReplayed)}</p>` : ""}
      ${witness && !cell.model ? `<h3>Witness</h3><pre>${esc(JSON.stringify(witness, null, 1))}</pre>` : ""}
      ${story ? `<section aria-label="Story"><h3>Story</h3><pre id="story">${relink(story.story, labels)}</pre></section>` : ""}
      <div class="${graph ? "columns" : ""}">
        ${graph ? `<section aria-labelledby="graph-title"><h3 id="graph-title">Execution</h3>
          <div class="broken" role="note">Broken: ${esc(graph.broken)}</div>
          <div id="why"></div>
          <div class="bar" role="toolbar" aria-label="Steps and size">
            <button type="button" data-do="first" aria-label="First step">|◀</button><button type="button" data-do="previous">◀ k</button>
            <button type="button" data-do="next">j ▶</button><button type="button" data-do="last" aria-label="Last step">▶|</button>
            <button type="button" data-do="smaller" aria-label="Smaller">−</button><button type="button" data-do="larger" aria-label="Larger">+</button>
            <button type="button" data-do="fit">Fit</button>
            <span class="sep"></span>
            ${legend("rf", "reads from", true)}${legend("co", "overwritten by", true)}${legend("fr", "read, then overwritten", true)}
            ${legend("own", "within a CPU", false)}${legend("locks", "of locks", true)}
            <span>${sample("halo")} cycle</span>
          </div>
          <div id="step" role="status" aria-live="polite"></div>
          <div class="graph" id="graph" tabindex="0" role="group" aria-label="Execution graph: ${graph.events.length} steps; j and k go from step to step"></div></section>` : ""}
        <aside aria-label="The scenario">
          ${graph ? `<h3>Steps</h3><table class="steps"><tbody>${stepsOf(graph)}</tbody></table>` : ""}
          ${story && story.simplifications.length ? `<h3>Left out</h3><ul>${story.simplifications.map((s) => `<li>${esc(s)}</li>`).join("")}</ul>` : ""}
        </aside>
      </div>`;
    $("overview").hidden = true;
    main.hidden = false;
    scrollTo(0, 0);
    view = graph ? new Witness(graph) : null;
    $("cell-title").focus({ preventScroll: true });
    if ($("save")) $("save").onclick = () => {
      const anchor = document.createElement("a");
      anchor.href = URL.createObjectURL(new Blob([JSON.stringify(witness, null, 2) + "\n"], { type: "application/json" }));
      anchor.download = `${cell.cell.replace(" x ", ".").replace(/ /g, ".")}.json`;
      anchor.click();
    };
    main.dataset.cell = keyOf(cell);
  }

  const sample = (relation) =>
    `<svg width="34" height="12" aria-hidden="true"><path class="edge ${relation}" d="M1 6 H${relation === "halo" ? 33 : 27}"${relation === "halo" ? "" : ` marker-end="url(#arrow-${relation})"`}/></svg>`;

  const legend = (name, words, on) =>
    `<label><input type="checkbox" data-show="${name}"${on ? " checked" : ""}>${["rf", "co", "fr"].includes(name) ? `${sample(name)} ${name}: ` : ""}${words}</label>`;

  function stepsOf(graph) {
    const seen = new Map();
    for (const e of graph.events) if (e.label && !seen.has(e.label)) seen.set(e.label, e);
    return [...seen.values()].map((e) =>
      `<tr data-step="${e.label}"><td><a class="label-link" href="#" data-label="${e.label}">(${e.label})</a></td><td><code>${esc(e.function)}</code><br>${esc(e.what)}${e.partner ? `; paired with ${esc(e.partner)}` : ""}</td></tr>`).join("");
  }

  // The execution graph: program order down the lanes, one row per step.

  class Witness {
    constructor(graph) {
      this.graph = graph;
      this.current = -1;
      this.box = $("graph");
      this.zoom = 1;
      this.ins = graph.events.map(() => []);
      for (const edge of graph.edges) {
        this.ins[edge.from].push(edge);
        this.ins[edge.to].push(edge);
      }
      this.chain = [...new Set(graph.cycle.flatMap((edge) => [edge.from, edge.to]))].sort((a, b) => a - b);
      this.pairs = new Set(graph.reordered.flatMap((edge) => [edge.from, edge.to]));
      this.why();
      this.draw();
      this.box.classList.add("no-own");
      this.box.addEventListener("click", (e) => {
        const event = e.target.closest(".ev");
        if (event) { e.preventDefault(); this.go(Number(event.dataset.index)); if (e.target.closest("a")) this.toStory(); }
      });
      document.querySelectorAll("[data-show]").forEach((input) => {
        input.onchange = () => this.box.classList.toggle(`no-${input.dataset.show}`, !input.checked);
      });
      document.querySelectorAll("[data-do]").forEach((button) => { button.onclick = () => this.act(button.dataset.do); });
      this.say();
      this.fit();
    }

    name(i) {
      const e = this.graph.events[i];
      return `CPU${e.cpu}${e.label ? ` (${e.label})` : ""} ${e.text}`;
    }

    why() {
      const at = (i) => `<a class="label-link" href="#" data-event="${i}">${esc(this.name(i))}</a>`;
      const reordered = this.graph.reordered.map((pair) => `<p>Reordered: ${at(pair.from)} and then ${at(pair.to)}: the second takes effect first.</p>`).join("");
      $("why").innerHTML = (reordered || (this.graph.cycle.length ? "<p>Reordered: no pair on one CPU; writes reach the CPUs in different orders.</p>" : "<p>Reordered: nothing; this is an interleaving.</p>")) +
        (this.graph.cycle.length ? `<details open><summary>Why no interleaving does this</summary><ol>${this.graph.cycle.map((edge) =>
          `<li>${at(edge.from)} <b>${edge.relation}→</b> ${at(edge.to)}</li>`).join("")}</ol></details>` : "");
    }

    /** Lanes side by side, or one list with dots at its left where the window is narrow. */
    draw() {
      const { events, cpus } = this.graph;
      const narrow = this.box.clientWidth < 640;
      const size = 12.5;
      const probe = document.createElement("canvas").getContext("2d");
      probe.font = `${size}px ui-monospace, "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace`;
      const char = probe.measureText("0123456789").width / 10;
      const row = 23;
      const label = (e) => (e.label ? `(${e.label})` : e.kind === "note" || e.kind === "bug" ? "***" : "");
      const text = (e) => e.text + (e.early ? "   [early]" : "");
      const widest = Math.max(4, ...events.map((e) => label(e).length)) + 1;
      const gutter = 84 + Math.min(60, this.graph.edges.length);
      const side = 46;
      const lanes = [];
      let x = side;
      cpus.forEach((name, cpu) => {
        const longest = Math.max(`CPU${cpu}: ${name}`.length, ...events.filter((e) => e.cpu === cpu).map((e) => text(e).length + widest), 8);
        lanes.push({ x, width: longest * char + 22 });
        x += longest * char + 22 + gutter;
      });
      const dots = 58 + 16 * cpus.length;
      const room = Math.max(24, Math.floor((this.box.clientWidth - dots - 14) / char) - widest);
      let y = 40;
      const places = [];
      const nodes = [];
      const functions = cpus.map(() => "");
      if (narrow) y = 14 + 18 * cpus.length;
      events.forEach((e, i) => {
        const of = e.function.split(",")[0];
        const note = e.kind === "note" || e.kind === "bug";
        if (!note && of && of !== functions[e.cpu]) {
          const fx = narrow ? dots : lanes[e.cpu].x + 8;
          nodes.push(`<text class="fn" x="${fx}" y="${y + 14}" font-size="11.5">${esc(of)}:</text>`);
          y += 19;
        }
        if (!note) functions[e.cpu] = of;
        const lines = narrow ? wrap(text(e), room) : [text(e)];
        const height = row + (lines.length - 1) * 15;
        const lane = narrow ? { x: dots - 4, width: Math.max(this.box.clientWidth - dots - 6, 200) } : lanes[e.cpu];
        places.push({ y: y + row / 2, left: lane.x, right: lane.x + lane.width, dot: 44 + 16 * e.cpu });
        const tx = lane.x + 8;
        const labelled = label(e) && (e.label
          ? `<a href="#" tabindex="-1" aria-label="step ${esc(e.label)} in the story"><text x="${tx}" y="${y + 15.5}" font-size="${size}">${esc(label(e))}</text></a>`
          : `<text x="${tx}" y="${y + 15.5}" font-size="${size}">***</text>`);
        const fenced = e.kind === "fence" ? `<line x1="${tx + (widest + e.text.length + 1) * char}" x2="${Math.max(lane.x + lane.width - 4, tx + (widest + e.text.length + 3) * char)}" y1="${y + row / 2}" y2="${y + row / 2}"/>` : "";
        nodes.push(`<g class="ev ${e.kind}${e.early ? " early" : ""}${this.pairs.has(i) ? " pair" : ""}" data-index="${i}" role="listitem" aria-label="${esc(this.describe(i))}">
          <rect class="box" x="${lane.x}" y="${y + 1}" width="${lane.width}" height="${height - 2}" fill="var(--cpu${e.cpu % 4})"/>${labelled}
          ${lines.map((line, n) => `<text x="${tx + widest * char}" y="${y + 15.5 + 15 * n}" font-size="${size}" xml:space="preserve">${esc(line)}</text>`).join("")}${fenced}
          ${narrow ? `<circle cx="${44 + 16 * e.cpu}" cy="${y + row / 2}" r="4.5" fill="var(--soft)"/>` : ""}</g>`);
        y += height + 2;
      });
      const width = narrow ? this.box.clientWidth - 4 : x - gutter + side;
      const ends = wrap(`Broken: ${this.graph.broken}`, Math.floor((width - 30) / char));
      const bottom = y + 10;
      const end = `<g class="end" role="note"><rect x="6" y="${bottom}" width="${width - 12}" height="${ends.length * 16 + 12}" rx="5"/>${ends.map((line, n) =>
        `<text x="16" y="${bottom + 17 + 16 * n}" font-size="${size}">${esc(line)}</text>`).join("")}</g>`;
      const height = bottom + ends.length * 16 + 22;
      const heads = cpus.map((name, cpu) => narrow
        ? `<circle cx="${44 + 16 * cpu}" cy="${14 + 17 * cpu}" r="4.5" fill="var(--soft)"/><text x="${dots}" y="${18 + 17 * cpu}" font-size="12.5" font-weight="700">CPU${cpu}: ${esc(name)}</text><line class="lane" x1="${44 + 16 * cpu}" x2="${44 + 16 * cpu}" y1="${14 + 17 * cpu}" y2="${y}"/>`
        : `<text x="${lanes[cpu].x + 8}" y="24" font-size="13" font-weight="700">CPU${cpu}: ${esc(name)}</text><line class="lane" x1="${lanes[cpu].x - 7}" x2="${lanes[cpu].x - 7}" y1="32" y2="${y}"/>`).join("");
      const marker = (id, colour) => `<marker id="arrow-${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="${colour}"/></marker>`;
      const known = new Set();
      const path = (edge, kind) => {
        const { from, to, relation } = edge;
        const a = this.graph.events[from];
        const b = this.graph.events[to];
        const own = a.cpu === b.cpu;
        const lock = ["lock", "unlock"].includes(a.kind) || ["lock", "unlock"].includes(b.kind);
        const d = narrow ? bulge(places[from], places[to], relation) : own ? this.arc(places[from], places[to], relation, a.cpu === cpus.length - 1 && cpus.length > 1) : across(places[from], places[to], relation, a.cpu < b.cpu);
        return `<path class="edge ${kind === "halo" ? "halo" : relation}${own ? " own" : ""}${lock && relation !== "po" ? " of-lock" : ""}" data-${kind}="${relation}" data-from="${from}" data-to="${to}" d="${d}"${kind === "halo" ? "" : ` marker-end="url(#arrow-${relation})"`}/>`;
      };
      let edges = "";
      for (const edge of this.graph.cycle) edges += path(edge, "halo").replace(" own", "");
      for (const edge of this.graph.edges) { edges += path(edge, "edge"); known.add(`${edge.from} ${edge.relation} ${edge.to}`); }
      for (const edge of this.graph.cycle) if (!known.has(`${edge.from} ${edge.relation} ${edge.to}`)) edges += path(edge, "cycle").replace(" own", "");
      this.width = width;
      this.height = height;
      this.box.innerHTML = `<svg xmlns="${SVG}" viewBox="0 0 ${width} ${height}" role="list" aria-label="Steps in an order in which memory may have seen them"><defs>
        ${marker("rf", "var(--rf)")}${marker("co", "var(--co)")}${marker("fr", "var(--fr)")}${marker("po", "var(--soft)")}</defs>${heads}${nodes.join("")}${end}<g aria-hidden="true">${edges}</g></svg>`;
      this.svg = this.box.firstChild;
    }

    arc(a, b, relation, right) {
      const shift = { po: 0, rf: -3, co: 0, fr: 3 }[relation] || 0;
      if (relation === "po") { const x = a.left - 7; return `M${x} ${a.y} L${x} ${b.y}`; }
      const x = right ? a.right : a.left;
      const out = (right ? 1 : -1) * Math.min(42, 12 + Math.abs(b.y - a.y) / 9);
      return `M${x} ${a.y + shift} C${x + out} ${a.y + shift} ${x + out} ${b.y + shift} ${x} ${b.y + shift}`;
    }

    describe(i) {
      const words = { rf: ["read by", "reads from"], co: ["overwritten by", "overwrites"], fr: ["overwritten later by", "overwrites what was read by"] };
      const own = (edge) => this.graph.events[edge.from].cpu === this.graph.events[edge.to].cpu;
      const edges = this.ins[i].filter((edge) => edge.relation !== "po").sort((a, b) => own(a) - own(b)).map((edge) =>
        `${words[edge.relation][edge.from === i ? 0 : 1]} ${this.name(edge.from === i ? edge.to : edge.from)}`);
      return [this.name(i), ...edges].join("; ");
    }

    say() {
      const step = $("step");
      if (this.current < 0) {
        step.innerHTML = `<p>${this.graph.events.length} steps. <kbd>j</kbd> or a click on a step begins; its edges and what they mean are shown here.</p>`;
        return;
      }
      const e = this.graph.events[this.current];
      const edges = this.describe(this.current).slice(this.name(this.current).length + 2);
      step.innerHTML = `<p><b>${this.current + 1} of ${this.graph.events.length}: ${esc(this.name(this.current))}</b>${e.early ? " <span class='mark'>early: it takes effect before a step that precedes it in program order</span>" : ""}</p>
        ${e.function ? `<p><code>${esc(e.function)}</code>: ${esc(e.what)}${e.partner ? `; paired with (${esc(e.partner)})` : ""}</p>` : ""}${edges ? `<p>${esc(edges)}</p>` : ""}`;
    }

    go(i) {
      this.current = Math.max(0, Math.min(this.graph.events.length - 1, i));
      const label = this.graph.events[this.current].label;
      this.svg.querySelectorAll(".ev").forEach((node) => {
        const index = Number(node.dataset.index);
        node.classList.toggle("on", index === this.current);
        node.classList.toggle("later", index > this.current);
        if (index === this.current) node.setAttribute("aria-current", "step");
        else node.removeAttribute("aria-current");
      });
      this.svg.querySelectorAll(".edge").forEach((edge) => {
        const touches = Number(edge.dataset.from) === this.current || Number(edge.dataset.to) === this.current;
        edge.classList.toggle("lit", touches);
        edge.classList.toggle("dim", !touches && Number(edge.dataset.to) > this.current);
      });
      document.querySelectorAll("aside .lit, #story .lit").forEach((node) => node.classList.remove("lit"));
      if (label) document.querySelectorAll(`#story [data-label="${label}"], aside tr[data-step="${label}"]`).forEach((node) => node.classList.add("lit"));
      this.say();
      this.reveal();
    }

    reveal() {
      const node = this.svg.querySelector(`.ev[data-index="${this.current}"] rect`).getBoundingClientRect();
      const box = this.box.getBoundingClientRect();
      const margin = 50;
      if (node.top < box.top + margin) this.box.scrollTop -= box.top + margin - node.top;
      if (node.bottom > box.bottom - margin) this.box.scrollTop += node.bottom - box.bottom + margin;
      if (node.left < box.left) this.box.scrollLeft -= box.left - node.left + 10;
      else if (node.right > box.right) this.box.scrollLeft += Math.min(node.right - box.right + 10, node.left - box.left);
      const seen = this.box.getBoundingClientRect();
      if (seen.top + (node.top - box.top) > innerHeight - 40 || seen.bottom < 60) this.box.scrollIntoView({ block: "nearest" });
    }

    toStory() {
      const label = this.graph.events[this.current].label;
      const place = document.querySelector(`#story [data-label="${label}"]`) || document.querySelector(`tr[data-step="${label}"]`);
      if (place) { place.scrollIntoView({ block: "center" }); if (place.focus) place.focus({ preventScroll: true }); }
    }

    toLabel(label) {
      const events = this.graph.events;
      let i = events.findIndex((e, n) => n > this.current && e.label === label);
      if (i < 0) i = events.findIndex((e) => e.label === label);
      if (i >= 0) this.go(i);
    }

    sameCpu(by) {
      const cpu = this.current < 0 ? 0 : this.graph.events[this.current].cpu;
      for (let i = this.current + by; i >= 0 && i < this.graph.events.length; i += by)
        if (this.graph.events[i].cpu === cpu) return this.go(i);
    }

    scale(zoom) {
      this.zoom = Math.max(0.25, Math.min(4, zoom));
      this.svg.setAttribute("width", Math.round(this.width * this.zoom));
      this.svg.setAttribute("height", Math.round(this.height * this.zoom));
    }

    fit() { this.scale(Math.min(1.15, (this.box.clientWidth - 4) / this.width)); }

    act(what) {
      switch (what) {
        case "first": return this.go(0);
        case "last": return this.go(this.graph.events.length - 1);
        case "next": return this.go(this.current + 1);
        case "previous": return this.go(this.current < 0 ? 0 : this.current - 1);
        case "nextOfCpu": return this.sameCpu(1);
        case "previousOfCpu": return this.sameCpu(-1);
        case "larger": return this.scale(this.zoom * 1.2);
        case "smaller": return this.scale(this.zoom / 1.2);
        case "fit": return this.fit();
        case "cycle": {
          const next = this.chain.find((i) => i > this.current);
          if (this.chain.length) this.go(next === undefined ? this.chain[0] : next);
        }
      }
    }
  }

  function across(a, b, relation, right) {
    const shift = { rf: -4, co: 0, fr: 4 }[relation] || 0;
    const x1 = right ? a.right : a.left;
    const x2 = right ? b.left - 2 : b.right + 2;
    const bend = (x2 - x1) * 0.45;
    return `M${x1} ${a.y + shift} C${x1 + bend} ${a.y + shift} ${x2 - bend} ${b.y + shift} ${x2} ${b.y + shift}`;
  }

  function bulge(a, b, relation) {
    const shift = { rf: -2.5, co: 0, fr: 2.5 }[relation] || 0;
    if (relation === "po") return `M${a.dot} ${a.y} L${b.dot} ${b.y}`;
    const out = Math.min(a.dot, b.dot) - Math.min(38, 8 + Math.abs(b.y - a.y) / 7);
    return `M${a.dot - 4} ${a.y + shift} C${out} ${a.y + shift} ${out} ${b.y + shift} ${b.dot - 5} ${b.y + shift}`;
  }

  function wrap(text, room) {
    const lines = [];
    let rest = text;
    while (rest.length > room) {
      const cut = Math.max(rest.lastIndexOf(" ", room), rest.lastIndexOf("|", room - 1) + 1);
      const at = cut > room / 3 ? cut : room;
      lines.push(rest.slice(0, at));
      rest = rest.slice(at).trimStart();
    }
    return [...lines, rest];
  }

  // Going from place to place.

  let scrolled = 0;
  async function route() {
    const hash = location.hash;
    if (hash.startsWith("#cell=")) {
      const cell = byKey.get(decodeURIComponent(hash.slice("#cell=".length)));
      if (cell) {
        if (!$("overview").hidden) scrolled = scrollY;
        await showCell(cell);
        return;
      }
      problem(`There is no such cell in this run: ${decodeURIComponent(hash.slice("#cell=".length))}`);
    }
    view = null;
    const from = $("cell").dataset.cell;
    $("cell").hidden = true;
    $("cell").innerHTML = "";
    delete $("cell").dataset.cell;
    $("overview").hidden = false;
    if (from) {
      scrollTo(0, scrolled);
      const link = document.querySelector(`#matrix a[href="${CSS.escape(`#cell=${encodeURIComponent(from)}`)}"]`) || document.querySelector(`#matrix a[href='#cell=${encodeURIComponent(from).replace(/'/g, "\\'")}']`);
      if (link) link.focus({ preventScroll: true });
    }
  }

  function problem(text) {
    $("problem").textContent = text;
    $("problem").hidden = false;
  }

  const KEYS = { j: "next", k: "previous", l: "nextOfCpu", h: "previousOfCpu", g: "first", G: "last", c: "cycle", "+": "larger", "=": "larger", "-": "smaller", 0: "fit" };
  const ARROWS = { ArrowDown: "next", ArrowUp: "previous", ArrowRight: "nextOfCpu", ArrowLeft: "previousOfCpu", Home: "first", End: "last" };

  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      if (!$("help").hidden) toggleHelp();
      else if (!$("cell").hidden) location.hash = "#matrix";
      return;
    }
    if (e.target.matches("input:not([type='checkbox']), select, textarea")) return;
    const act = view && (KEYS[e.key] || ($("graph").contains(document.activeElement) && ARROWS[e.key]));
    if (act) { view.act(act); e.preventDefault(); }
    else if (e.key === "?") toggleHelp();
    else if (e.key === "t") nextTheme();
    else if (e.key === "/" && !$("overview").hidden) { $("f-text").focus(); e.preventDefault(); }
  });

  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-label], a[data-event]");
    if (!link || !view) return;
    e.preventDefault();
    if (link.dataset.event) view.go(Number(link.dataset.event));
    else view.toLabel(link.dataset.label);
  });

  async function open() {
    try { setTheme(localStorage.getItem("cowcheck-theme") || "system"); } catch { setTheme("system"); }
    $("theme").onclick = nextTheme;
    $("help-button").onclick = toggleHelp;
    if (typeof DecompressionStream === "undefined") {
      problem("This browser cannot unpack the data of this page (DecompressionStream, in browsers since 2023); --format text and json say the same.");
      return;
    }
    report = await inflate("data");
    byKey = new Map(report.cells.map((cell) => [keyOf(cell), cell]));
    for (const change of report.changes) {
      const key = `${change.engine} ${change.cell}`;
      changesOf.set(key, [...(changesOf.get(key) || []), change]);
    }
    showSummary();
    showChanges();
    showHistory();
    fillFilters();
    showMatrix();
    let wait;
    $("filters").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(showMatrix, 60); });
    $("filters").addEventListener("reset", () => setTimeout(showMatrix, 0));
    $("filters").addEventListener("submit", (e) => e.preventDefault());
    addEventListener("hashchange", route);
    let width = innerWidth;
    addEventListener("resize", () => {
      if (view && innerWidth !== width) { const at = view.current; view.draw(); view.fit(); if (at >= 0) view.go(at); }
      width = innerWidth;
    });
    await route();
    document.documentElement.dataset.ready = "yes";
  }

  open().catch((e) => { problem(`This page is damaged: ${e}`); console.error(e); });
})();
