"""A site that answers one request per process, killed at the step that was asked for: `python -m tests.faults.forks`.

A request is a line of JSON on standard input, its answer a line on standard output. Killed processes hold real
connections and real files, and cost no start of a server.
"""

import base64
import json
import os
import sys
import traceback


def main():
    import django

    django.setup()
    from django.db import connections
    from django.test import Client

    Client(SERVER_NAME="localhost").get("/masuk/")  # what every request needs is loaded once
    connections.close_all()
    for line in sys.stdin:
        wish = json.loads(line)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                answer = handle(wish)
            except BaseException:
                answer = {"status": 0, "text": traceback.format_exc(), "location": "", "steps": []}
            with os.fdopen(writer, "w") as out:
                json.dump(answer, out)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as told:
            text = told.read()
        os.waitpid(pid, 0)
        print(text or json.dumps({"status": None, "text": "", "location": "", "steps": []}), flush=True)


def handle(wish):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from tests.faults.ledger import torn
    from tests.faults.steps import watch

    if "periksa" in wish:
        return {"status": 200, "text": "\n".join(torn()), "location": "", "steps": []}
    if "perintah" in wish:
        from django.core.management import call_command

        with watch(wish["mati"]) as steps:
            call_command(*wish["perintah"])
        return {"status": 200, "text": "", "location": "", "steps": steps.names}
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.cookies["sesi"] = wish["sesi"]
    if wish["isian"] is None:
        response, names = client.get(wish["alamat"]), []
    else:
        fields = dict(wish["isian"])
        if wish["berkas"]:
            name, filename, content = wish["berkas"]
            fields[name] = SimpleUploadedFile(filename, base64.b64decode(content))
        with watch(wish["mati"]) as steps:
            response = client.post(wish["alamat"], fields)
            steps.step("before the answer")
            names = steps.names
    return {"status": response.status_code, "text": response.content.decode(errors="replace"),
            "location": response.headers.get("Location", ""), "steps": names,
            "kuki": response.cookies["messages"].value if "messages" in response.cookies else ""}  # fmt: skip


if __name__ == "__main__":
    main()
