// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace fairlead::testing {

// A throw-away authority with a server and a client certificate, made by the
// openssl command in `folder`. The server's is for localhost and 127.0.0.1.
struct Certificates {
  explicit Certificates(const std::filesystem::path& folder)
      : ca(folder / "ca.crt"),
        server(folder / "server.crt"),
        server_key(folder / "server.key"),
        client(folder / "client.crt"),
        client_key(folder / "client.key") {
    std::ofstream(folder / "san") << "subjectAltName=DNS:localhost,IP:127.0.0.1\n";
    const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    run(folder, "openssl req -x509 " + key + " -keyout ca.key -out ca.crt -days 2 -subj /CN=test-authority");
    for (const std::string who : {"server", "client"}) {
      run(folder, "openssl req " + key + " -keyout " + who + ".key -out " + who + ".csr -subj /CN=" + who);
      run(folder, "openssl x509 -req -in " + who +
                      ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out " + who +
                      ".crt -extfile san");
    }
  }

  std::filesystem::path ca, server, server_key, client, client_key;

 private:
  static void run(const std::filesystem::path& folder, const std::string& command) {
    const std::string line = "cd '" + folder.string() + "' && " + command + " 2>openssl.log";
    // NOLINTNEXTLINE(bugprone-command-processor): a fixed command of a test
    if (std::system(line.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
};

}  // namespace fairlead::testing
