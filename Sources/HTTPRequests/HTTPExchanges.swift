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

  /// What came of a request.
  struct Answer: Sendable {
    /// As it was before it was compressed; at most as long as answers may be, and `isWhole` when it is
    /// not longer than that.
    var body = Data()
    var isWhole = true
    var response: URLResponse?
  }

  private let session: URLSession
  private let delegate: Delegate

  /// - Parameters:
  ///   - configuration: of the session.
  ///   - byteCount: how long the body of an answer may be; a longer one is not received to its end.
  init(_ configuration: URLSessionConfiguration, maximumAnswerByteCount byteCount: Int) {
    delegate = Delegate(maximumAnswerByteCount: byteCount)
    session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
  }

  // A session keeps its delegate, and itself, until it is told that it is over. Every request has been
  // answered or cancelled by now. To be told to cancel them all, the session walks the list of its tasks
  // while its own queue takes one that has just ended out of it, which ends the process.
  deinit { session.finishTasksAndInvalidate() }

  /// Sends a request and waits for its answer, or for the task to be cancelled.
  func answer(to request: URLRequest) async throws -> Answer {
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
      let caller: CheckedContinuation<Answer, any Error>
      var answer = Answer()
    }

    private let maximumAnswerByteCount: Int

    /// By the identifiers of their tasks.
    let exchanges = Mutex<[Int: Exchange]>([:])

    init(maximumAnswerByteCount: Int) { self.maximumAnswerByteCount = maximumAnswerByteCount }

    private func end(
      _ task: URLSessionTask, _ error: (any Error)?, _ response: URLResponse? = nil
    ) {
      let ended = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
      guard var ended else { return }
      if let error {
        ended.caller.resume(throwing: error)
      } else {
        ended.answer.response = response ?? task.response
        ended.caller.resume(returning: ended.answer)
      }
    }

    func urlSession(
      _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
      completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
      // What says that it is too long is not received at all. The text of a refusal is cut anyway.
      let isRefusal = (response as? HTTPURLResponse)?.statusCode ?? 0 >= 400
      if !isRefusal, response.expectedContentLength > Int64(maximumAnswerByteCount) {
        exchanges.withLock { $0[dataTask.taskIdentifier]?.answer.isWhole = false }
        end(dataTask, nil, response)
        completionHandler(.cancel)
      } else {
        completionHandler(.allow)
      }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
      let isWhole = exchanges.withLock { exchanges in
        exchanges[dataTask.taskIdentifier]?.answer.append(data, atMost: maximumAnswerByteCount)
      }
      guard isWhole == false else { return }
      // What is still to come may be endless.
      end(dataTask, nil)
      dataTask.cancel()
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
      let target = request.url
      if let origin = target.flatMap({ HTTPOrigin($0) }),
        origin == task.originalRequest?.url.flatMap({ HTTPOrigin($0) })
      {
        completionHandler(request)
        return
      }
      end(
        task,
        RefusedRedirection(
          status: response.statusCode, target: target?.absoluteString ?? "nowhere"))
      completionHandler(nil)
      task.cancel()
    }
  }
}

extension HTTPExchanges.Answer {
  /// Appends what came in, as far as there is room for it, and says whether that is all of it.
  fileprivate mutating func append(_ data: Data, atMost byteCount: Int) -> Bool {
    let room = byteCount - body.count
    body.append(data.prefix(room))
    isWhole = data.count <= room
    return isWhole
  }
}
