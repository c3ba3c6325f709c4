// SPDX-License-Identifier: Apache-2.0
//
// libcurl's multi-socket interface driven by Asio. libcurl says which
// descriptors it waits for and when its next timer is due; we wait for both
// and call back into it. Everything below runs on the engine's executor;
// `send` posts a Transfer there and waits for its end.
#include "base/net/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <mutex>
#include <set>

#include "base/wake_up.hpp"

namespace fairlead {
namespace {

void init_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

long milliseconds(Duration duration) {
  auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::clamp<decltype(count)>(count, 1, 2'000'000'000));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

// One request under way. Owned by the engine from start to finish.
struct Transfer {
  HttpRequest request;
  HttpResponse response;
  std::optional<Error> error;  // ours: it explains a libcurl write or read error
  std::size_t sent = 0;        // of request.body
  bool headers_seen = false;
  CURL* easy = nullptr;
  curl_slist* header_list = nullptr;
  char error_text[CURL_ERROR_SIZE] = {};
  std::unique_ptr<asio::steady_timer> header_timer;
  std::optional<WakeUp> done;

  ~Transfer() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(header_list);
  }

  Result<HttpResponse> result(CURLcode code) {
    if (error) return std::move(*error);
    if (code == CURLE_OK) return std::move(response);
    std::string text = error_text[0] != '\0' ? error_text : curl_easy_strerror(code);
    ErrorCode kind = ErrorCode::unavailable;
    if (code == CURLE_OPERATION_TIMEDOUT) kind = ErrorCode::timed_out;
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) kind = ErrorCode::invalid_argument;
    return make_error(kind, name() + ": " + text);
  }
  // For messages: without the query, which may hold a secret.
  std::string name() const { return request.method + " " + request.url.substr(0, request.url.find('?')); }

  std::optional<Result<HttpResponse>> outcome;
};

class HttpClient::Engine : public std::enable_shared_from_this<HttpClient::Engine> {
 public:
  Engine(asio::any_io_executor executor, HttpClientOptions options)
      : executor_(std::move(executor)), options_(std::move(options)), timer_(executor_) {
    init_curl_once();
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Engine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Engine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }
  ~Engine() { curl_multi_cleanup(multi_); }

  asio::any_io_executor executor() const { return executor_; }

  void start(const std::shared_ptr<Transfer>& transfer) {
    if (stopped_)
      return finish(transfer, make_error(ErrorCode::cancelled, "the HTTP client has been closed"));
    if (transfer->error) return finish(transfer, *transfer->error);
    if (auto ready = prepare(*transfer); !ready.ok()) return finish(transfer, ready.error());
    running_.insert(transfer);
    watch_headers(transfer);
    curl_multi_add_handle(multi_, transfer->easy);
  }

  // The request was given up by its sender.
  void abort(const std::shared_ptr<Transfer>& transfer, Error error) {
    if (running_.erase(transfer) > 0) {
      curl_multi_remove_handle(multi_, transfer->easy);
      finish(transfer, std::move(error));
    } else if (!transfer->outcome) {
      transfer->error = std::move(error);  // cancelled before it was started
    }
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    auto running = std::move(running_);
    running_.clear();
    for (const auto& transfer : running) {
      curl_multi_remove_handle(multi_, transfer->easy);
      finish(transfer, make_error(ErrorCode::cancelled, "the HTTP client has been closed"));
    }
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
    for (auto& [fd, watch] : watches_) watch->descriptor.release();
    watches_.clear();
  }

 private:
  // A descriptor of libcurl's, which it alone closes: we only wait on it.
  struct Watch {
    explicit Watch(const asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;
    bool waiting_read = false;
    bool waiting_write = false;
  };

  Result<void> prepare(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    CURL* easy = curl_easy_init();
    if (easy == nullptr) return make_error(ErrorCode::system, "libcurl could not be initialised");
    transfer.easy = easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.total_timeout));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(
        easy, CURLOPT_MAXLIFETIME_CONN,
        static_cast<long>(std::chrono::ceil<std::chrono::seconds>(options_.connection_max_age).count()));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer is not the server's
    if (!options_.user_agent.empty()) curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.tls.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.tls.ca_file.c_str());
    if (!options_.tls.cert_file.empty())
      curl_easy_setopt(easy, CURLOPT_SSLCERT, options_.tls.cert_file.c_str());
    if (!options_.tls.key_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, options_.tls.key_file.c_str());

    // "Expect: 100-continue" would cost a round trip for each large body.
    transfer.header_list = curl_slist_append(transfer.header_list, "Expect:");
    for (const auto& header : request.headers) {
      if (header.name.find_first_of("\r\n:") != std::string::npos ||
          header.value.find_first_of("\r\n") != std::string::npos)
        return make_error(ErrorCode::invalid_argument,
                          "the HTTP header " + header.name + " has a line break");
      std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
      transfer.header_list = curl_slist_append(transfer.header_list, line.c_str());
    }

    if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.stream || !request.body.empty() || request.method == "POST" ||
               request.method == "PUT" || request.method == "PATCH") {
      curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Engine::on_read);
      curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
      curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &Engine::on_seek);
      curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer);
      std::optional<std::uint64_t> size = request.stream ? request.stream->size() : request.body.size();
      curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                       size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
      if (!size) transfer.header_list = curl_slist_append(transfer.header_list, "Transfer-Encoding: chunked");
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.header_list);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Engine::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Engine::on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    return {};
  }

  void watch_headers(const std::shared_ptr<Transfer>& transfer) {
    transfer->header_timer = std::make_unique<asio::steady_timer>(
        executor_, std::chrono::steady_clock::now() + transfer->request.header_timeout);
    transfer->header_timer->async_wait(
        [self = weak_from_this(), weak = std::weak_ptr(transfer)](const boost::system::error_code& failed) {
          auto engine = self.lock();
          auto late = weak.lock();
          if (failed || !engine || !late || late->headers_seen) return;
          engine->abort(late,
                        make_error(ErrorCode::timed_out, late->name() + ": no answer within the time limit"));
        });
  }

  void finish(const std::shared_ptr<Transfer>& transfer, Result<HttpResponse> outcome) {
    if (transfer->header_timer) transfer->header_timer->cancel();
    transfer->outcome = std::move(outcome);
    // The sender's coroutine goes on where it lives, never inside libcurl.
    transfer->done->post();
  }

  void check_finished() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      CURLcode code = message->data.result;
      char* self = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
      auto* transfer = reinterpret_cast<Transfer*>(self);
      auto found = std::find_if(running_.begin(), running_.end(),
                                [&](const auto& one) { return one.get() == transfer; });
      curl_multi_remove_handle(multi_, easy);
      if (found == running_.end()) continue;
      std::shared_ptr<Transfer> owned = *found;
      running_.erase(found);
      finish(owned, owned->result(code));
    }
  }

  void action(int fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, events, &running);
    check_finished();
  }

  void wait(int fd, Watch& watch, bool for_read) {
    bool& waiting = for_read ? watch.waiting_read : watch.waiting_write;
    if (waiting) return;
    waiting = true;
    auto kind = for_read ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
    watch.descriptor.async_wait(
        kind, [self = weak_from_this(), fd, for_read](const boost::system::error_code& failed) {
          auto engine = self.lock();
          if (!engine || failed == asio::error::operation_aborted || engine->stopped_) return;
          auto found = engine->watches_.find(fd);
          if (found == engine->watches_.end()) return;
          Watch& ready = *found->second;
          (for_read ? ready.waiting_read : ready.waiting_write) = false;
          int event = failed ? CURL_CSELECT_ERR : for_read ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
          engine->action(fd, event);
          // libcurl may have dropped or replaced the watch meanwhile.
          found = engine->watches_.find(fd);
          if (found != engine->watches_.end()) engine->wait_as_wanted(fd, *found->second);
        });
  }

  void wait_as_wanted(int fd, Watch& watch) {
    if ((watch.wanted & CURL_POLL_IN) != 0) wait(fd, watch, true);
    if ((watch.wanted & CURL_POLL_OUT) != 0) wait(fd, watch, false);
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto* engine = static_cast<Engine*>(self);
    auto found = engine->watches_.find(fd);
    if (what == CURL_POLL_REMOVE) {
      if (found != engine->watches_.end()) {
        found->second->descriptor.release();  // cancels our waits, leaves the descriptor to libcurl
        engine->watches_.erase(found);
      }
      return 0;
    }
    if (found == engine->watches_.end())
      found = engine->watches_.emplace(fd, std::make_unique<Watch>(engine->executor_, fd)).first;
    found->second->wanted = what;
    engine->wait_as_wanted(fd, *found->second);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    auto* engine = static_cast<Engine*>(self);
    engine->timer_.cancel();
    if (timeout_ms < 0 || engine->stopped_) return 0;
    engine->timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    engine->timer_.async_wait([weak = engine->weak_from_this()](const boost::system::error_code& failed) {
      auto locked = weak.lock();
      if (failed || !locked || locked->stopped_) return;
      locked->action(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }

  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    std::size_t room = size * count;
    if (transfer->request.stream) {
      auto got = transfer->request.stream->read(to, room);
      if (got.ok()) return *got;
      transfer->error = got.error();
      return CURL_READFUNC_ABORT;
    }
    const std::string& body = transfer->request.body;
    std::size_t bytes = std::min(room, body.size() - transfer->sent);
    std::copy_n(body.data() + transfer->sent, bytes, to);
    transfer->sent += bytes;
    return bytes;
  }

  static int on_seek(void* self, curl_off_t offset, int origin) {
    auto* transfer = static_cast<Transfer*>(self);
    if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    transfer->sent = 0;
    if (transfer->request.stream && !transfer->request.stream->rewind().ok()) return CURL_SEEKFUNC_FAIL;
    return CURL_SEEKFUNC_OK;
  }

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    std::string_view line(bytes, size * count);
    if (line.starts_with("HTTP/")) {
      transfer->response.headers.clear();
      transfer->response.status = 0;
      if (auto space = line.find(' '); space != std::string_view::npos)
        transfer->response.status = std::atoi(std::string(line.substr(space + 1, 3)).c_str());
      if (transfer->response.status >= 200) transfer->headers_seen = true;
    } else if (auto colon = line.find(':'); colon != std::string_view::npos) {
      transfer->response.headers.push_back(
          {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
    }
    return size * count;
  }

  static std::size_t on_write(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    std::string_view piece(bytes, size * count);
    HttpResponse& response = transfer->response;
    if (transfer->request.on_body && response.status >= 200 && response.status < 300) {
      auto taken = transfer->request.on_body(piece);
      if (taken.ok()) return piece.size();
      transfer->error = taken.error();
      return CURL_WRITEFUNC_ERROR;
    }
    if (response.body.size() + piece.size() > transfer->request.max_body) {
      transfer->error =
          make_error(ErrorCode::limit_exceeded, transfer->name() + ": the answer is larger than " +
                                                    std::to_string(transfer->request.max_body) + " bytes");
      return CURL_WRITEFUNC_ERROR;
    }
    response.body.append(piece);
    return piece.size();
  }

  asio::any_io_executor executor_;
  HttpClientOptions options_;
  asio::steady_timer timer_;
  CURLM* multi_ = nullptr;
  bool stopped_ = false;
  std::map<int, std::unique_ptr<Watch>> watches_;
  std::set<std::shared_ptr<Transfer>> running_;
};

HttpClient::HttpClient(asio::any_io_executor executor, HttpClientOptions options)
    : engine_(std::make_shared<Engine>(std::move(executor), std::move(options))) {}

HttpClient::~HttpClient() { engine_->stop(); }

Task<Result<HttpResponse>> HttpClient::send(HttpRequest request, CancelToken cancel) {
  auto engine = engine_;
  auto transfer = std::make_shared<Transfer>();
  transfer->request = std::move(request);
  transfer->done.emplace(co_await asio::this_coro::executor);
  auto registration = cancel.on_cancel(CancelLevel::polite, [engine, transfer] {
    asio::post(engine->executor(), [engine, transfer] {
      engine->abort(transfer, make_error(ErrorCode::cancelled, "the request was cancelled"));
    });
  });
  asio::post(engine->executor(), [engine, transfer] { engine->start(transfer); });
  bool finished = co_await transfer->done->wait();
  registration.reset();
  if (!finished) {  // given up by whoever awaits us, as by the || operator
    asio::post(engine->executor(), [engine, transfer] {
      engine->abort(transfer, make_error(ErrorCode::cancelled, "the request was given up"));
    });
    // The request's callbacks may use what the sender owns: they have ended
    // before the sender goes on.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await transfer->done->wait_uninterrupted();
    co_await asio::this_coro::throw_if_cancelled(throws);
  }
  co_return std::move(*transfer->outcome);
}

}  // namespace fairlead
