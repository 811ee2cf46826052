// The page: who draws, and who listens.
import { drawCode } from "./code.js";
import { byId } from "./dom.js";
import { drawExhibit } from "./exhibit.js";
import { gliding } from "./glide.js";
import { drawHeader } from "./header.js";
import { listenToKeys } from "./keys.js";
import { drawLanes, positionAt } from "./lanes.js";
import { listenToLiveBox } from "./livebox.js";
import { begin, follow } from "./load.js";
import { drawMachine } from "./machine.js";
import { answerWith, goFirst, goLast, goTo, move, pause, setBy, togglePlay } from "./moves.js";
import { drawOutput } from "./output.js";
import { drawQuestion } from "./predict.js";
import { keepAddress } from "./route.js";
import { drawSentence } from "./sentence.js";
import { drawShared } from "./shared.js";
import { change, onChange, state } from "./state.js";
import { switchTheme } from "./theme.js";
import { drawTransport } from "./transport.js";

function render(now) {
  drawHeader(now, visit);
  byId("transport").inert = now.story === null;
  if (!now.story) return;
  gliding(() => {
    drawExhibit(now);
    drawLanes(now); // which decides how much room the work has
    drawSentence(now);
    drawTransport(now);
    drawMachine(now);
    drawShared(now);
    drawQuestion(now);
    drawOutput(now); // which scrolls to its end
    drawCode(now);
  });
  keepAddress(now);
}

const visit = (name) => { location.hash = `#demo=${name}`; };

function listen() {
  byId("demo").onchange = (event) => visit(event.target.value);
  byId("first").onclick = () => { pause(); goFirst(); };
  byId("last").onclick = () => { pause(); goLast(); };
  byId("back").onclick = () => { pause(); move(-1); };
  byId("next").onclick = () => { pause(); move(1); };
  byId("play").onclick = togglePlay;
  byId("slider").oninput = (event) => { const to = Number(event.target.value); pause(); goTo(to); };
  byId("by").onchange = (event) => setBy(event.target.value);
  byId("predict").onclick = () => change({ options: { predict: !state.options.predict } });
  byId("theme").onclick = switchTheme;
  byId("help").onclick = () => byId("keys").showModal();
  byId("trail").onclick = ({ target }) => {
    const to = target.closest("button")?.dataset.step;
    if (to === undefined) return;
    pause();
    change({ step: Number(to) });
    byId("story").focus({ preventScroll: true }); // the chip that had it is gone
  };
  byId("question").onclick = ({ target }) => {
    const number = target.closest("button")?.dataset.answer;
    if (number !== undefined) answerWith(Number(number));
  };
  for (const box of document.querySelectorAll("dialog")) box.querySelector(".close").onclick = () => box.close();
  listenToLanes();
  addEventListener("hashchange", follow);
  addEventListener("resize", () => change({}));
}

// listenToLanes lets a click or a drag on the lanes show that step.
function listenToLanes() {
  const lanes = byId("lanes");
  lanes.onpointerdown = (event) => {
    if (!state.story || event.button !== 0) return;
    pause();
    goTo(positionAt(event.clientX));
    lanes.onpointermove = (moved) => goTo(positionAt(moved.clientX));
    lanes.setPointerCapture(event.pointerId);
  };
  lanes.onpointerup = lanes.onpointercancel = () => { lanes.onpointermove = null; };
}

onChange(render);
listen();
listenToKeys();
listenToLiveBox();
begin();
