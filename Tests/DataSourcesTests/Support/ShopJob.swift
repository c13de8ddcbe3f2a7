import DataSources
import LoopbackServer
import StateJournal
import Synchronization

@testable import HTTPDataSources

/// A job that reads the orders of a shop.
final class ShopJob: Sendable {
  let shop = Shop()
  let server: LoopbackServer
  let folder: Folder
  let pauses = Mutex<[Duration]>([])
  private let storage = InMemoryStateStorage()

  init() throws {
    server = try LoopbackServer(answer: shop.answer)
    folder = try Folder()
  }

  static let pagings: [(path: String, rows: String, paging: HTTPPagedSource.Paging)] = [
    ("/orders?limit=2", "data.items", .cursor(member: "meta.cursor", parameter: "cursor")),
    ("/orders", "data.items", .link(member: "next")), ("/plain", "", .linkHeader),
  ]

  @discardableResult
  func run(
    _ index: Int = 0, token: String = "secret", host: String = "127.0.0.1", path: String? = nil,
    timeout: Duration = .seconds(120), maximumAnswerByteCount: Int = 1 << 20
  ) async throws -> IngestionSummary {
    let (ownPath, rows, paging) = Self.pagings[index]
    var source = HTTPPagedSource(
      identifier: "shop",
      streams: [
        .init(
          "orders", address: "http://\(host):\(server.port)\(path ?? ownPath)", rows: rows,
          paging: paging)
      ], timeout: timeout, retries: RetrySchedule(attemptCount: 3),
      maximumAnswerByteCount: maximumAnswerByteCount
    ) { token }
    source.sender.pause = { pause in self.pauses.withLock { $0.append(pause) } }
    return try await Ingestion(
      sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
      policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
    ).run()
  }

  func put(_ numbers: ClosedRange<Int>) {
    shop.state.withLock { $0.rows += numbers.map { ["n": .int(Int64($0))] } }
  }

  var output: [String] {
    (folder.text("out/orders.ndjson") ?? "").split(separator: "\n").map(String.init)
  }

  /// Pages with one row each, numbered from 1 on.
  func put(pagesWithNext next: [String]) {
    shop.state.withLock {
      $0.faults = next.enumerated().map { index, next in
        HTTPAnswer(
          200,
          Array(
            #"{"data":{"items":[{"n":\#(index + 1)}]},"next":"\#(next)","meta":{"cursor":"\#(next)"}}"#
              .utf8))
      }
    }
  }
}
