"""register and its kin: the real programs against a server that answers as
GitLab's runner API does, and with the deployment that users have."""

import http.server
import json
import os
import re
import socket
import subprocess
import threading

from harness import FAIRLEAD, PATIENCE, Case, Result


class GitLab(http.server.ThreadingHTTPServer):
    """Knows one registration token and the runners made with it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.registration_token = "xxxxxx"
        self.runners = {"glrt-t1_fromtheserver": 7}
        self.seen = []
        self.refuse = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_call(self):
        gitlab = self.server
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        gitlab.seen.append((self.command, self.path, body))
        if gitlab.refuse:
            return self.answer(gitlab.refuse, {"message": f"{gitlab.refuse} refused"})
        call = (self.command, self.path)
        token = (body or {}).get("token")
        if call == ("POST", "/api/v4/runners"):
            if token != gitlab.registration_token:
                return self.answer(403, {"message": "403 Forbidden - invalid token supplied"})
            made = f"made-token-{len(gitlab.runners)}"
            gitlab.runners[made] = 40 + len(gitlab.runners)
            return self.answer(201, {"id": gitlab.runners[made], "token": made, "token_expires_at": None})
        if call == ("POST", "/api/v4/runners/verify"):
            if token not in gitlab.runners:
                return self.answer(403, {"message": "403 Forbidden"})
            return self.answer(200, {"id": gitlab.runners[token], "token": token, "token_expires_at": None})
        if self.command == "DELETE" and self.path in ("/api/v4/runners", "/api/v4/runners/managers"):
            if token not in gitlab.runners:
                return self.answer(403, {"message": "403 Forbidden"})
            if self.path.endswith("runners"):
                del gitlab.runners[token]
            return self.answer(204)
        if call == ("POST", "/api/v4/runners/reset_authentication_token"):
            if token not in gitlab.runners:
                return self.answer(403, {"message": "403 Forbidden"})
            gitlab.runners["fresh-token"] = gitlab.runners.pop(token)
            return self.answer(201, {"token": "fresh-token", "token_expires_at": "2030-01-02T03:04:05.000Z"})
        return self.answer(404, {"message": "404 Not Found"})

    do_POST = do_DELETE = handle_call


class RunnerCommands(Case):
    def setUp(self):
        super().setUp()
        self.gitlab = GitLab()
        self.addCleanup(self.gitlab.server_close)
        self.addCleanup(self.gitlab.shutdown)
        self.config = os.path.join(self.work, "etc", "config.toml")
        self.env["CONFIG_FILE"] = self.config
        for name in ("gitlab-runner", "gitlab-ci-multi-runner"):
            os.symlink(FAIRLEAD, os.path.join(self.work, name))

    def shell(self, line):
        """Runs the line as a manifest's `sh -c`, with the old program's path replaced by a symlink to ours."""
        line = line.replace("/usr/bin/", self.work + "/")
        done = subprocess.run(["sh", "-c", line], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    def toml(self):
        with open(self.config, encoding="utf-8") as text:
            return text.read()

    def register(self, *more):
        return self.fairlead("register", "--non-interactive", "--url", self.gitlab.url, "--executor", "shell", *more)

    def manifest(self):
        """The ConfigMap's variables and the commands of init container and preStop."""
        with open(self.conformance("seed", "runner-deployment.yml"), encoding="utf-8") as text:
            text = text.read()
        self.env.update(re.findall(r'^  ([A-Z_]+): "(.*)"$', text, re.M))
        init = re.search(r'\["sh", "-c", "(.*)"\]', text).group(1)
        stop = re.search(r'- "(/usr/bin/.* unregister .*)"', text).group(1)
        return init, stop

    def test_the_deployment_of_old_registers_and_unregisters(self):
        init, stop = self.manifest()
        self.env["CI_SERVER_URL"] = self.gitlab.url + "/ci"
        self.env["RUNNER_EXECUTOR"] = "shell"
        first = self.shell(init)
        self.assertEqual(first.code, 0, str(first))
        self.assertIn("no runner matches", first.err)
        self.assertIn("RUNNER_CONCURRENT_BUILDS", first.err)
        method, path, body = self.gitlab.seen[0]
        self.assertEqual((method, path), ("POST", "/api/v4/runners"))
        self.assertEqual((body["token"], body["tag_list"], body["locked"]), ("xxxxxx", "build", False))
        self.assertEqual(body["description"], socket.gethostname())
        self.assertEqual(body["info"]["executor"], "shell")
        self.assertIn("request_concurrency = 4", self.toml())
        self.assertIn("[runners.kubernetes]", self.toml())
        self.assertEqual(os.stat(self.config).st_mode & 0o777, 0o600)
        # The name is the host's and the token the server's: what the manifest says matches nothing.
        last = self.shell(stop)
        self.assertEqual(last.code, 1, str(last))
        self.assertIn(f'"{socket.gethostname()}"', last.err)
        self.assertIn("different: name, token", last.err)
        self.assertIn("[[runners]]", self.toml())
        token = re.search(r'token = "(.*)"', self.toml()).group(1)
        last = self.shell(stop.replace("-t xxxxxx -n builder", f"-t {token} -n {socket.gethostname()}"))
        self.assertEqual(last.code, 0, str(last))
        self.assertNotIn("[[runners]]", self.toml())
        self.assertEqual(list(self.gitlab.runners), ["glrt-t1_fromtheserver"])

    def test_the_deployment_with_a_runners_own_token_and_a_name(self):
        init, stop = (line.replace("xxxxxx", "glrt-t1_fromtheserver") for line in self.manifest())
        self.env.update(CI_SERVER_URL=self.gitlab.url, RUNNER_EXECUTOR="shell", RUNNER_NAME="builder")
        first = self.shell(init)
        self.assertEqual(first.code, 0, str(first))
        self.assertIn("tag-list is ignored", first.err)
        last = self.shell(stop)
        self.assertEqual(last.code, 0, str(last))
        self.assertEqual([(m, p) for m, p, _ in self.gitlab.seen],
                         [("POST", "/api/v4/runners/verify"), ("DELETE", "/api/v4/runners/managers")])
        self.assertRegex(self.gitlab.seen[1][2]["system_id"], r"^[sr]_\w{12}$")
        self.assertNotIn("[[runners]]", self.toml())

    def test_a_refused_registration_saves_nothing(self):
        result = self.register("-r", "wrong")
        self.assertEqual(result.code, 1, str(result))
        self.assertIn("check the registration token", result.err)
        self.assertFalse(os.path.exists(self.config))

    def test_an_unreachable_server_is_named(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        result = self.fairlead("register", "-n", "-u", url, "--executor", "shell", "-r", "x")
        self.assertEqual(result.code, 1, str(result))
        self.assertIn(url, result.err)

    def test_verify_list_and_reset_work_on_what_was_registered(self):
        self.assertEqual(self.register("-r", "xxxxxx", "--name", "a").code, 0)
        self.assertEqual(self.register("-t", "glrt-t1_fromtheserver", "--name", "b").code, 0)
        listed = self.fairlead("list")
        self.assertEqual([line.split()[0] for line in listed.out.splitlines()], ["a", "b"])
        self.assertEqual(self.fairlead("verify").code, 0)
        reset = self.fairlead("reset-token", "-n", "a")
        self.assertEqual(reset.code, 0, str(reset))
        self.assertIn('token = "fresh-token"', self.toml())
        self.assertIn("token_expires_at = 2030-01-02T03:04:05Z", self.toml())
        del self.gitlab.runners["fresh-token"]
        gone = self.fairlead("verify")
        self.assertEqual(gone.code, 1, str(gone))
        self.assertEqual(self.fairlead("verify", "--delete").code, 0)
        self.assertEqual([line.split()[0] for line in self.fairlead("list").out.splitlines()], ["b"])

    def test_old_names_take_global_flags_and_lint_means_config_toml(self):
        os.makedirs(os.path.dirname(self.config))
        with open(self.config, "w", encoding="utf-8") as out:
            out.write('concurrent = "four"\n')
        result = self.shell("/usr/bin/gitlab-runner --debug -l warn --log-format json lint")
        self.assertEqual(result.code, 3, str(result))
        self.assertIn("config.toml:1:14: error: concurrent must be an integer", result.out)
        other = os.path.join(self.work, "other.toml")
        with open(other, "w", encoding="utf-8") as out:
            out.write("concurrent = 4\n")
        result = self.shell(f"/usr/bin/gitlab-ci-multi-runner -c {other} lint")
        self.assertEqual(result.code, 0, str(result))
        result = self.shell("/usr/bin/gitlab-runner regster")
        self.assertEqual(result.code, 2, str(result))
        self.assertIn('did you mean "register"?', result.err)
        self.assertEqual(self.shell("/usr/bin/gitlab-runner --log-level loud list").code, 2)

    def test_config_check_explains_values_and_their_origin(self):
        self.env["TOKEN"] = "glrt-t1_abcdefghijklmnop"
        os.makedirs(os.path.dirname(self.config))
        with open(self.config, "w", encoding="utf-8") as out:
            out.write('concurrent = 4\n[[runners]]\nurl = "https://x"\ntoken = "$TOKEN"\nexecutor = "shell"\nspeed = 1\n')
        result = self.fairlead("config", "check", "--format", "json")
        self.assertEqual(result.code, 0, str(result))
        values = {value["path"]: value for value in result.json()["values"]}
        self.assertEqual((values["concurrent"]["value"], values["concurrent"]["line"]), (4, 1))
        self.assertEqual(values["runners[0].token"]["environment"], ["TOKEN"])
        self.assertEqual(values["runners[0].limit"]["origin"], "default")
        self.assertNotIn("jklmnop", result.out)
        self.assertIn("speed", result.json()["problems"][0]["message"])
        self.assertEqual(self.fairlead("config", "check", "--format", "xml").code, 2)
        self.assertEqual(self.fairlead("config", "check", "-c", "/does/not/exist").code, 1)
        self.assertIn("valid", self.fairlead("config", "check").out)

    def test_help_and_the_missing_program(self):
        self.assertIn("register", self.fairlead("--help").out)
        self.assertIn("--tag-list", self.fairlead("register", "--help").out)
        result = self.fairlead("register", env={"FAIRLEAD_RUNNER_PROGRAM": "/does/not/exist"})
        self.assertEqual(result.code, 1, str(result))
        self.assertIn("cannot start /does/not/exist", result.err)
