import * as api from "../core/api.mjs";
import { action } from "../core/actions.mjs";
import { h } from "../core/dom.mjs";
import { attempt, notify } from "../core/notices.mjs";

/** A button that takes `.nam` files into the library. */
export function importButton(studio) {
  const chooser = h("input", {
    type: "file",
    accept: ".nam",
    multiple: true,
    hidden: true,
    "aria-label": "Files to import",
    onchange: async () => {
      for (const file of [...chooser.files]) await attempt(() => imported(studio, file));
      chooser.value = "";
    },
  });
  return h("div", {}, chooser, action("Import .nam", "import", () => chooser.click()));
}

/** Send one file and make a capture of it. */
export async function imported(studio, file) {
  const upload = await api.upload(file, () => {});
  if (upload.kind !== "nam") {
    await api.deleteUpload(upload.id);
    throw new api.ApiError(`${file.name} is no .nam file.`, 400);
  }
  const name = file.name.replace(/\.nam$/i, "");
  const capture = studio.took(await api.importCapture(upload.id, name));
  notify(`“${capture.name}” is in the library.`);
}
