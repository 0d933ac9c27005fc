"use strict";

(() => {
  const root = document.documentElement;
  const canvases = [...document.querySelectorAll("[data-figure]")];

  // Figures name their colours "@name"; the style sheet knows what they are at the moment.
  const painted = (value, style) => {
    if (typeof value === "string" && value.startsWith("@")) {
      return style.getPropertyValue("--" + value.slice(1)).trim();
    }
    if (Array.isArray(value)) {
      return value.map((one) => painted(one, style));
    }
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, painted(one, style)]),
      );
    }
    return value;
  };

  const options = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]],
  };

  // The plots' library travels compressed: it is most of the page.
  const inflated = async (id) => {
    const text = document.getElementById(id).textContent;
    const packed = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  const load = async () => {
    const script = document.createElement("script");
    script.textContent = await inflated("plotly");
    document.head.append(script);
  };

  const draw = (canvas) => {
    const source = document.getElementById(canvas.dataset.figure);
    const figure = painted(JSON.parse(source.textContent), getComputedStyle(root));
    const narrow = canvas.clientWidth < 480;
    if (narrow) {
      figure.layout.margin = { ...figure.layout.margin, l: 44, r: 4 };
      if (figure.layout.coloraxis) {
        figure.layout.coloraxis.showscale = false;
      }
    }
    const shown = canvas.dataset.range ? JSON.parse(canvas.dataset.range) : null;
    if (shown) {
      figure.layout.xaxis.range = shown;
    }
    return Plotly.react(canvas, figure.data, figure.layout, {
      ...options,
      displayModeBar: canvas.clientWidth > 620,
    });
  };

  const drawAll = () => window.Plotly && canvases.forEach(draw);

  load().then(drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => {
    root.dataset.paper = "";
    drawAll();
  });
  addEventListener("afterprint", () => {
    delete root.dataset.paper;
    drawAll();
  });

  for (const button of document.querySelectorAll("[data-plot]")) {
    button.addEventListener("click", () => {
      const canvas = canvases.find((one) => one.dataset.figure === button.dataset.plot);
      const range = [Number(button.dataset.from), Number(button.dataset.to)];
      canvas.dataset.range = JSON.stringify(range);
      Plotly.relayout(canvas, { "xaxis.range": range });
      for (const other of button.parentElement.children) {
        other.setAttribute("aria-pressed", String(other === button));
      }
    });
  }

  // One player sounds at a time, and the next goes on where the last one was.
  const players = [...document.querySelectorAll("audio")];
  const switches = document.querySelector(".switches");
  if (switches === null) {
    return;
  }
  const keepPlace = document.getElementById("keep-place");
  const loop = document.getElementById("loop");
  const trueLevel = document.getElementById("true-level");
  let last = null;
  switches.hidden = false;
  loop.addEventListener("change", () => players.forEach((one) => (one.loop = loop.checked)));
  trueLevel.addEventListener("change", () => {
    for (const player of players.filter((one) => one.dataset.boostDb)) {
      player.volume = trueLevel.checked ? 10 ** (-player.dataset.boostDb / 20) : 1;
    }
  });
  for (const player of players) {
    player.addEventListener("play", () => {
      for (const other of players) {
        if (other !== player) {
          other.pause();
        }
      }
      const sameList = last !== null && last.closest("ul") === player.closest("ul");
      if (keepPlace.checked && sameList && last !== player && !last.ended) {
        player.currentTime = last.currentTime;
      }
      last = player;
      player.closest("li").classList.add("playing");
    });
    player.addEventListener("pause", () => player.closest("li").classList.remove("playing"));
  }
})();
