// Map island: puts a map one can move in the place of the server's picture, from our own tiles.

import {
  AttributionControl,
  Map,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type ExpressionSpecification,
  type GeoJSONSource,
  type StyleSpecification,
} from "maplibre-gl";
import type { FeatureCollection } from "geojson";

type Position = [number, number];

/** What the page gives the map besides the base map: GeoJSON in a data block. */
interface Answer {
  /** Where the walk starts. */
  start?: Position;
  /** Areas from the far band to the near one, or communities, or homes; each feature has `tone`. */
  areas?: FeatureCollection;
  /** Facilities or homes; each feature has `tone` and may have `name`, `told`, `href`. */
  points?: FeatureCollection;
}

/** From this zoom on the single homes of a study are worth looking at. */
const HOMES_ZOOM = 13.5;

for (const box of document.querySelectorAll<HTMLElement>('[data-island="map"]')) {
  // Only what is looked at costs data: the map loads when it is about to come into view.
  const watcher = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    start(box).catch((error: unknown) => console.info("the picture stays:", error));
  }, { rootMargin: "200px" });
  watcher.observe(box);
}

async function start(box: HTMLElement): Promise<void> {
  if (!hasWebGl()) return;
  setWorkerUrl(new URL(box.dataset["worker"] ?? "", location.href).href);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const style = await styleOf(box, dark.matches);
  const [west, south, east, north] = (box.dataset["bounds"] ?? "").split(",").map(Number);
  if (west === undefined || south === undefined || east === undefined || north === undefined) return;

  const canvas = document.createElement("div");
  canvas.className = "canvas";
  box.append(canvas);
  box.classList.add("live");
  const words = (box.dataset["words"] ?? "").split("|");
  const map = new Map({
    container: canvas,
    style,
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: 16 },
    maxZoom: 19,
    minZoom: 8,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    // Where one scrolls with a finger, one finger scrolls the page and two move the map.
    cooperativeGestures: box.dataset["mode"] === "nearby" && matchMedia("(pointer: coarse)").matches,
    locale: {
      "CooperativeGesturesHandler.MobileHelpText": words[5] ?? "",
      "CooperativeGesturesHandler.WindowsHelpText": words[6] ?? "",
      "CooperativeGesturesHandler.MacHelpText": words[6] ?? "",
      "NavigationControl.ZoomIn": words[0] ?? "",
      "NavigationControl.ZoomOut": words[1] ?? "",
      "NavigationControl.ResetBearing": words[2] ?? "",
      "Map.Title": box.querySelector("svg > title")?.textContent ?? "",
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 120 }), "top-left");
  map.addControl(new AttributionControl({ compact: false }), "bottom-right");
  map.on("error", (event) => console.info("map:", event.error));
  await map.once("load");
  const answer = read(box);
  draw(map, answer);
  touchable(map);
  homesWhenNear(map, box, answer);
  if (box.dataset["mode"] !== "cell") askByTap(map, canvas, words[4] ?? "");
  if (answer.start) startMark(map, answer.start);
  dark.addEventListener("change", () => {
    void styleOf(box, dark.matches).then((other) => {
      map.once("style.load", () => draw(map, answer));
      map.setStyle(other, { diff: false });
    });
  });
  box.dataset["ready"] = "yes";
}

/** The base map by day or by night. */
async function styleOf(box: HTMLElement, dark: boolean): Promise<StyleSpecification> {
  const answered = await fetch(`${box.dataset["style"] ?? ""}${dark ? "?scheme=dark" : ""}`);
  if (!answered.ok) throw new Error(`no style: ${answered.status}`);
  return (await answered.json()) as StyleSpecification;
}

/** Fetches the homes of a study once somebody comes near enough to see them. */
function homesWhenNear(map: Map, box: HTMLElement, answer: Answer): void {
  const source = box.dataset["homes"];
  if (!source) return;
  const look = async (): Promise<void> => {
    if (map.getZoom() < HOMES_ZOOM) return;
    map.off("zoomend", look);
    const answered = await fetch(source);
    if (!answered.ok) throw new Error(`no homes: ${answered.status}`);
    answer.points = (await answered.json()) as FeatureCollection;
    drawPoints(map, answer.points);
    box.dataset["homesReady"] = "yes";
  };
  map.on("zoomend", look);
  void look();
}

function hasWebGl(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

function read(box: HTMLElement): Answer {
  const block = box.parentElement?.querySelector('script[type="application/json"]');
  return block ? (JSON.parse(block.textContent ?? "{}") as Answer) : {};
}

/** The colours of the tones are CSS variables of the page, so that both schemes and prints agree. */
function tone(name: string, fallback: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || fallback;
}

function byTone(): ExpressionSpecification {
  return [
    "match", ["get", "tone"],
    "near", tone("near", "#0B6E5F"),
    "middle", tone("middle", "#4DA08F"),
    "far", tone("far", "#A9D3C5"),
    "gap", tone("gap", "#B45309"),
    "share1", "#F7ECDD", "share2", "#EBC89B", "share3", "#D6934F", "share4", "#B45309", "share5", "#7A3606",
    tone("quiet", "#55606E"),
  ];
}

/**
 * Shares are told apart by shade alone, so the ground must not shine through them much; close by, where single
 * homes are looked at, the ground matters more.
 */
function byKind(): ExpressionSpecification {
  const share = (far: number): ExpressionSpecification =>
    ["match", ["get", "tone"], ["share1", "share2", "share3", "share4", "share5"], far, 0.42];
  return ["interpolate", ["linear"], ["zoom"], 14, share(0.8), 16, share(0.18)];
}

function draw(map: Map, answer: Answer): void {
  const under = map.getLayer("street-name") ? "street-name" : undefined;
  if (answer.areas) {
    map.addSource("areas", { type: "geojson", data: answer.areas });
    map.addLayer({
      id: "areas", type: "fill", source: "areas",
      paint: { "fill-color": byTone(), "fill-opacity": byKind() },
    }, under);
    map.addLayer({
      id: "area-edges", type: "line", source: "areas",
      paint: { "line-color": byTone(), "line-width": 1.6 },
    }, under);
  }
  if (answer.points) drawPoints(map, answer.points);
}

function drawPoints(map: Map, points: FeatureCollection): void {
  const known = map.getSource<GeoJSONSource>("points");
  if (known) return void known.setData(points);
  map.addSource("points", { type: "geojson", data: points });
  map.addLayer({
    id: "points", type: "circle", source: "points",
    paint: {
      "circle-color": byTone(),
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 2, 14, 4.5, 17, 7],
      // What is not known is a ring, so that it is told apart without colour.
      "circle-opacity": ["match", ["get", "tone"], "beyond", 0, 1],
      "circle-stroke-color": ["match", ["get", "tone"], "beyond", tone("quiet", "#55606E"), tone("paper", "#FBFAF6")],
      "circle-stroke-width": 1.5,
    },
  });
}

/** What is drawn tells its name when it is touched: a point before the area it lies in. */
function touchable(map: Map): void {
  for (const layer of ["points", "areas"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
    map.on("click", layer, (event) => {
      if (event.defaultPrevented) return;
      const feature = event.features?.[0];
      const { name, told, href } = (feature?.properties ?? {}) as Record<string, string | undefined>;
      if (!name) return;
      event.preventDefault();
      new Popup({ closeButton: true, maxWidth: "18rem" }).setLngLat(event.lngLat).setDOMContent(note(name, told, href)).addTo(map);
    });
  }
}

function note(name: string, told?: string, href?: string): HTMLElement {
  const box = document.createElement("div");
  const title = document.createElement(href ? "a" : "b");
  title.textContent = name;
  if (href) title.setAttribute("href", href);
  box.append(title);
  if (told) {
    const line = document.createElement("p");
    line.textContent = told;
    box.append(line);
  }
  return box;
}

/** A tap asks what is reached from there; so does Enter for the middle of the map. */
function askByTap(map: Map, canvas: HTMLElement, label: string): void {
  const ask = (lon: number, lat: number): void => {
    const here = new URL(location.href);
    const next = new URL("/nearby", here);
    for (const key of ["profile", "minutes", "at"]) {
      const value = here.searchParams.get(key);
      if (value) next.searchParams.set(key, value);
    }
    // Ten metres are enough to choose a spot by, and no more exact than a finger.
    next.searchParams.set("point", `${lon.toFixed(4)},${lat.toFixed(4)}`);
    location.assign(next);
  };
  map.on("click", (event) => {
    if (!event.defaultPrevented) ask(event.lngLat.lng, event.lngLat.lat);
  });
  const view = map.getCanvas();
  view.setAttribute("aria-description", label);
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== view) return;
    const { lng, lat } = map.getCenter();
    ask(lng, lat);
  });
}

function startMark(map: Map, at: Position): void {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("viewBox", "0 0 24 24");
  mark.setAttribute("width", "26");
  mark.setAttribute("height", "26");
  for (const [r, fill, stroke] of [["10", "#FBFAF6", "#1D2733"], ["4.5", "#1D2733", "none"]] as const) {
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [key, value] of Object.entries({ cx: "12", cy: "12", r, fill, stroke, "stroke-width": "2.5" })) {
      circle.setAttribute(key, value);
    }
    mark.append(circle);
  }
  const holder = document.createElement("div");
  holder.append(mark);
  new Marker({ element: holder }).setLngLat(at).addTo(map);
}
