import json
import threading
import unittest
import urllib.error
import urllib.request

from orders.server import make_server


class ServerTest(unittest.TestCase):
    def setUp(self):
        self.server = make_server(0)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def tearDown(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def test_health(self):
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as answer:
            self.assertEqual(json.load(answer), {"status": "ok"})

    def test_price(self):
        body = json.dumps({"lines": [{"quantity": 2, "unit_price": 50}]}).encode()
        with urllib.request.urlopen(f"{self.url}/price", data=body, timeout=10) as answer:
            self.assertEqual(json.load(answer), {"total": 100})

    def test_a_bad_order_is_the_callers_error(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{self.url}/price", data=b"{}", timeout=10)
        self.assertEqual(caught.exception.code, 400)
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()
