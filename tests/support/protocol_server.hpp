// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/net/http_server.hpp"
#include "proto/api/job_payload.hpp"
#include "proto/api/runner_messages.hpp"

namespace fairlead::testing {

// A GitLab that knows only the runner API, in memory: registers runners, hands
// out jobs, keeps logs and artifacts by GitLab's own rules. And it misbehaves
// on request. Everything happens on one executor (single-threaded context).
class ProtocolServer {
 public:
  // What goes wrong with a request, instead of or after its right handling.
  struct Fault {
    std::string method;               // empty: any
    std::string path;                 // a part of the target; empty: any
    int times = 1;                    // how many matching requests it meets
    int status = 0;                   // answered in place of the right answer
    std::vector<HttpHeader> headers;  // added to the answer (also to a right one)
    std::string body;
    std::string content_type = "application/json";
    bool after_effect = false;         // the request is handled rightly, but its answer is the fault's
    bool cut_before = false;           // the connection is dropped without an answer
    bool cut_answer = false;           // the answer breaks off in the middle
    bool silent = false;               // no answer until the server stops
    std::function<Task<void>()> wait;  // before anything else: slow
  };

  struct Seen {
    std::string method;
    std::string target;
    std::vector<HttpHeader> headers;
    std::string body;
    std::string header(std::string_view name) const {
      return std::string(find_header(headers, name).value_or(""));
    }
  };

  struct Artifact {
    std::string type, format, expire_in, filename, content;
  };

  struct Job {
    proto::JobPayload payload;
    std::string state = "pending";
    bool claimed = false;  // handed out, waits for PUT running (two-phase)
    std::string trace;
    std::string job_status;  // sent as Job-Status; empty: the state
    std::string failure_reason;
    std::string checksum;  // as the runner said it
    std::uint64_t bytesize = 0;
    int exit_code = 0;
    int handed_out = 0;
    int final_updates = 0;
    int not_yet = 0;  // how many final updates get 202 first
    std::vector<Artifact> artifacts;
  };

  explicit ProtocolServer(const asio::any_io_executor& executor, HttpServerOptions options = {});

  std::string url() const;
  HttpServer& http() { return *server_; }

  // The tokens that it accepts.
  std::string runner_token = "glrt-t1_abcdefghijklmno";
  std::string registration_token = "GR1348941registration";

  // A job to hand out; id and token as in the payload.
  Job& enqueue(proto::JobPayload payload);
  Job& job(std::int64_t id) { return jobs_.at(id); }
  // Hands the job out once more, as a broken server would.
  void enqueue_again(std::int64_t id) { queue_.push_back(id); }

  void misbehave(Fault fault) { faults_.push_back(std::move(fault)); }

  std::optional<int> update_interval;          // X-GitLab-Trace-Update-Interval
  std::string last_update;                     // X-GitLab-Last-Update of a 204; empty: none (Workhorse)
  std::string storage_url;                     // artifacts are redirected there on direct_download
  std::string upload_location;                 // uploads are redirected (307) there
  std::map<std::string, std::string> objects;  // path -> content: an object store

  std::deque<Seen> seen;
  // Those whose method and target begin so, in order.
  std::vector<Seen> requests(std::string_view method, std::string_view target_start) const;
  proto::RunnerInfo last_info;       // of the last verify or job request
  std::vector<std::string> removed;  // "runner", "manager s_1"

 private:
  Task<void> handle(HttpExchange& exchange);
  HttpResponse answer(const Seen& request, const HttpServerRequest& parsed);
  HttpResponse runners(const Seen& request, std::string_view path);
  HttpResponse request_job(const Seen& request);
  HttpResponse update_job(const Seen& request, Job& job);
  HttpResponse patch_trace(const Seen& request, Job& job);
  HttpResponse upload(const Seen& request, const HttpServerRequest& parsed, Job& job);
  HttpResponse download(const HttpServerRequest& parsed, const Job& job) const;
  void add_job_headers(HttpResponse& reply, const Job& job) const;

  std::unique_ptr<HttpServer> server_;
  bool tls_ = false;
  std::map<std::int64_t, Job> jobs_;
  std::deque<std::int64_t> queue_;
  std::deque<Fault> faults_;
};

}  // namespace fairlead::testing
