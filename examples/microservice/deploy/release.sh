#!/bin/sh
# "Deploys" the built package to a folder that stands for an environment, then asks it for its health.
# usage: deploy/release.sh ENVIRONMENT
set -eu
environment=$1
target=$PWD/environments/$environment
mkdir -p "$target"
python3 -m zipfile -e "dist/orders-${BUILD_VERSION}.zip" "$target"
cd "$target"
python3 - "$environment" <<'PY'
import json, sys, threading, urllib.request
from orders.server import make_server
with make_server(0) as server:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_address[1]}/healthz", timeout=10) as answer:
        print(f"{sys.argv[1]} is {json.load(answer)['status']}")
    server.shutdown()
    thread.join()
PY
