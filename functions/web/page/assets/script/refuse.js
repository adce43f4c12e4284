// What the server would refuse for sure is refused before it is sent, with the reason. Everything else it decides.

const EDGE = 65_536;
const ARCHIVES = /\.(zip|jar|apk|war|epub|rar|7z|gz|tgz|bz2|xz|tar)$/i;

/** A code with its values, or null when the file may be sent. */
export async function refusal(file, limits) {
  if (file.size > limits.upload_bytes) return { code: "too-large" };
  if (file.size === 0) return { code: "empty-file" };
  let head;
  try {
    head = await file.slice(0, EDGE).arrayBuffer();
  } catch {
    return { code: "unreadable" };
  }
  const found = kind(latin(head));
  if (found === "zip" && ARCHIVES.test(file.name)) {
    const both = latin(head) + latin(await file.slice(-EDGE).arrayBuffer());
    return /\[Content_Types\]\.xml|application\/vnd\.oasis\.opendocument/.test(both) ? null : { code: "unsupported-type", kind: "archive" };
  }
  return found && found !== "zip" ? { code: "unsupported-type", kind: found } : null;
}

/** One character for each byte; TextDecoder's latin1 is another encoding. */
const latin = (buffer) => Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");

/** What the first bytes say, where that is nothing anybody reads as a document. */
function kind(head) {
  if (head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06")) return "zip";
  if (head.startsWith("Rar!") || head.startsWith("7z\xbc\xaf") || head.startsWith("\x1f\x8b\x08")) return "archive";
  if (head.startsWith("\x7fELF") || (head.startsWith("MZ") && head.slice(0, 1024).includes("PE\0\0"))) return "program";
  if (head.startsWith("ID3") || head.startsWith("fLaC") || head.startsWith("OggS")) return "sound";
  if (head.startsWith("RIFF") && ["WAVE", "AVI "].includes(head.slice(8, 12))) return head.slice(8, 12) === "WAVE" ? "sound" : "film";
  if (head.slice(4, 8) === "ftyp" && /^(isom|iso\d|mp4\d|avc1|M4V |M4A |qt {2}|dash)/.test(head.slice(8, 12))) return "film";
  return null;
}
