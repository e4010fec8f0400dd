// Work that may block (reading files, hashing) off the GUI thread, and its result back on it.
#pragma once
#include <QFutureWatcher>
#include <QObject>
#include <QPromise>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace quern::desktop::pages {

// `work` runs on `pool` and must not touch what belongs to the GUI thread; `then` gets what it returned, from the
// event loop, unless `owner` is destroyed by then.
template <class Work, class Then>
void in_background(QObject* owner, Work work, Then then, QThreadPool& pool = *QThreadPool::globalInstance()) {
  using Result = std::invoke_result_t<Work>;
  auto promise = std::make_shared<QPromise<Result>>();
  auto* watcher = new QFutureWatcher<Result>(owner);
  QObject::connect(watcher, &QFutureWatcherBase::finished, owner, [watcher, then = std::move(then)] {
    watcher->deleteLater();
    if (watcher->future().resultCount() > 0) then(watcher->future().takeResult());
  });
  promise->start();
  watcher->setFuture(promise->future());
  pool.start([promise, work = std::move(work)] {
    promise->addResult(work());
    promise->finish();
  });
}

}  // namespace quern::desktop::pages
