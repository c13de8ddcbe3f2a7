import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A session, and what comes of its requests.
///
/// A delegate of its own, since that alone is asked about redirections: the session's asynchronous calls
/// follow each of them, and send the token along.
final class HTTPExchanges: Sendable {
  /// A redirection to another server, which would be sent the token.
  struct RefusedRedirection: Error {
    let status: Int
    let target: String
  }

  private let session: URLSession
  private let delegate = Delegate()

  init(_ configuration: URLSessionConfiguration) {
    session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
  }

  // A session keeps its delegate, and itself, until it is told that it is over.
  deinit { session.invalidateAndCancel() }

  /// Sends a request and waits for its answer, or for the task to be cancelled.
  func answer(to request: URLRequest) async throws -> (Data, URLResponse?) {
    let task = session.dataTask(with: request)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { caller in
        delegate.exchanges.withLock {
          $0[task.taskIdentifier] = Delegate.Exchange(caller: caller)
        }
        task.resume()
        // Before it was begun, there was nothing to cancel.
        if Task.isCancelled { task.cancel() }
      }
    } onCancel: {
      task.cancel()
    }
  }

  private final class Delegate: NSObject, URLSessionDataDelegate, Sendable {
    struct Exchange {
      let caller: CheckedContinuation<(Data, URLResponse?), any Error>
      var body = Data()
    }

    /// By the identifiers of their tasks.
    let exchanges = Mutex<[Int: Exchange]>([:])

    private func end(_ task: URLSessionTask, _ error: (any Error)?) {
      let ended = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
      guard let ended else { return }
      if let error {
        ended.caller.resume(throwing: error)
      } else {
        ended.caller.resume(returning: (ended.body, task.response))
      }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
      exchanges.withLock { $0[dataTask.taskIdentifier]?.body.append(data) }
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
      end(task, error)
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
      let (from, to) = (task.originalRequest?.url, request.url)
      if from?.scheme == to?.scheme, from?.host() == to?.host(), from?.port == to?.port {
        completionHandler(request)
        return
      }
      end(
        task,
        RefusedRedirection(status: response.statusCode, target: to?.absoluteString ?? "nowhere"))
      completionHandler(nil)
      task.cancel()
    }
  }
}
