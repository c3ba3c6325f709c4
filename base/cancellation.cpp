// SPDX-License-Identifier: Apache-2.0
#include "base/cancellation.hpp"

#include <atomic>
#include <boost/asio/this_coro.hpp>
#include <mutex>
#include <vector>

#include "base/wake_up.hpp"

namespace fairlead {
namespace {

// One registered callback. Its mutex is held while the callback runs, so that
// the registration's destructor can wait for it; it is recursive because a
// callback may destroy its own registration.
struct Hook {
  CancelLevel at_least;
  std::function<void()> callback;
  std::recursive_mutex mutex;
  bool done = false;

  void run() {
    const std::lock_guard lock(mutex);
    if (done) return;
    done = true;
    const auto call = std::move(callback);
    callback = nullptr;
    call();
  }
  void disarm() {
    const std::lock_guard lock(mutex);
    done = true;
    callback = nullptr;
  }
};

}  // namespace

struct CancelToken::Node {
  std::atomic<CancelLevel> level{CancelLevel::none};
  // Keeps the way from the root whole when a source in the middle is gone.
  std::shared_ptr<Node> parent;

  std::mutex mutex;
  std::vector<std::weak_ptr<Node>> children;
  std::vector<std::shared_ptr<Hook>> hooks;

  void raise(CancelLevel to) {
    std::vector<std::shared_ptr<Hook>> due;
    std::vector<std::shared_ptr<Node>> below;
    {
      const std::lock_guard lock(mutex);
      if (level.load() >= to) return;
      level.store(to);
      std::erase_if(hooks, [&](const auto& hook) {
        if (hook->at_least > to) return false;
        due.push_back(hook);
        return true;
      });
      for (const auto& child : children) {
        if (auto node = child.lock()) below.push_back(std::move(node));
      }
    }
    for (const auto& hook : due) hook->run();
    for (const auto& node : below) node->raise(to);
  }

  void adopt(const std::shared_ptr<Node>& child) {
    const std::lock_guard lock(mutex);
    if (children.size() == children.capacity()) {
      std::erase_if(children, [](const auto& weak) { return weak.expired(); });
    }
    children.push_back(child);
    child->level.store(level.load());
  }

  void remove(const std::shared_ptr<Hook>& hook) {
    const std::lock_guard lock(mutex);
    std::erase(hooks, hook);
  }
};

namespace {

template <class NodeType>
class HookRegistration final : public CancelToken::Registration {
 public:
  HookRegistration(std::shared_ptr<NodeType> node, std::shared_ptr<Hook> hook)
      : node_(std::move(node)), hook_(std::move(hook)) {}
  ~HookRegistration() override {
    node_->remove(hook_);
    hook_->disarm();
  }

 private:
  std::shared_ptr<NodeType> node_;
  std::shared_ptr<Hook> hook_;
};

}  // namespace

CancelLevel CancelToken::level() const { return node_ ? node_->level.load() : CancelLevel::none; }

std::unique_ptr<CancelToken::Registration> CancelToken::on_cancel(CancelLevel at_least,
                                                                  std::function<void()> callback) const {
  if (!node_) return std::make_unique<Registration>();
  auto hook = std::make_shared<Hook>();
  hook->at_least = at_least;
  hook->callback = std::move(callback);
  bool due = false;
  {
    const std::lock_guard lock(node_->mutex);
    due = node_->level.load() >= at_least;
    if (!due) node_->hooks.push_back(hook);
  }
  if (due) hook->run();
  return std::make_unique<HookRegistration<Node>>(node_, std::move(hook));
}

CancelSource::CancelSource() : node_(std::make_shared<CancelToken::Node>()) {}

CancelSource::CancelSource(const CancelToken& parent) : CancelSource() {
  if (!parent.node_) return;
  node_->parent = parent.node_;
  parent.node_->adopt(node_);
}

CancelSource::~CancelSource() = default;

CancelToken CancelSource::token() const { return CancelToken(node_); }

void CancelSource::cancel(CancelLevel level) { node_->raise(level); }

Task<CancelLevel> wait_cancelled(CancelToken token, CancelLevel at_least) {
  if (token.cancelled(at_least)) co_return token.level();
  WakeUp wake(co_await asio::this_coro::executor);
  const auto registration = token.on_cancel(at_least, [wake]() mutable { wake.post(); });
  co_await wake.wait();
  co_return token.level();
}

}  // namespace fairlead
