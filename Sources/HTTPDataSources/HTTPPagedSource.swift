public import DataSources
@_exported public import HTTPRequests
import StateJournal

/// A JSON API that gives its rows in pages, each of which says where the next one is.
///
/// ```swift
/// let api = HTTPPagedSource(
///   identifier: "shop",
///   streams: [
///     .init(
///       "orders", address: "https://api.example.com/orders?limit=100", rows: "data.items",
///       paging: .cursor(member: "meta.next_cursor", parameter: "cursor"))
///   ]
/// ) {
///   try await freshToken()
/// }
/// ```
///
/// The state of a stream is the page it has come to and how many rows of that were taken, with their
/// CRC-32C. A run takes what is new on that page and goes on with the next ones. So the API must keep its
/// promise: pages come in one order and grow at their end only. A page whose beginning is not what was
/// taken is an error, since nobody knows what else has moved.
///
/// What fails for a reason that may pass (5xx, 429, no connection, no answer in time) is asked again with
/// growing pauses, and not before the time in `Retry-After` or the longest of the pauses; the token is asked for anew each time. Then the
/// stream's policy decides. A token that was refused (401) and one that may not do this (403) are
/// different errors: see ``HTTPFailure``, the cause of the `DataSourceError`.
///
/// An answer that is longer than allowed is not received to its end, and pages that lead in a circle are
/// an error.
///
/// The address of a page can be part of the state, so keep secrets out of addresses. A next page on another
/// server is refused, and a redirection to one is not followed: it would be sent the token.
public struct HTTPPagedSource: DataSource {
  /// How a page says where the next one is.
  public enum Paging: Sendable, Equatable {
    /// There is one page only.
    case none
    /// In a member of the answer, as a value for a parameter of the query.
    case cursor(member: String, parameter: String)
    /// In a member of the answer, as an address, whole or relative to the page's.
    case link(member: String)
    /// In the header `Link` with `rel="next"` (RFC 8288).
    case linkHeader
  }

  /// One collection of rows.
  public struct Stream: Sendable {
    /// The stream's name.
    public var name: String
    /// The address of the first page.
    public var address: String
    /// The member of the answer that holds the rows, with dots between levels; empty when the answer is
    /// the array itself.
    public var rows: String
    /// How a page says where the next one is.
    public var paging: Paging

    /// A stream from its parts.
    public init(_ name: String, address: String, rows: String = "", paging: Paging = .none) {
      self.name = name
      self.address = address
      self.rows = rows
      self.paging = paging
    }
  }

  public let identifier: String
  private let list: [Stream]
  private let headers: [String: String]
  package var sender: HTTPSender

  /// A source of some streams of one API.
  ///
  /// - Parameters:
  ///   - identifier: the name that the state is kept under.
  ///   - streams: the collections.
  ///   - headers: sent with every request.
  ///   - timeout: how long to wait for an answer, in whole seconds, rounded up.
  ///   - retries: when to ask again after a failure that may pass.
  ///   - maximumAnswerByteCount: how long an answer may be, in bytes. Memory follows the longest page,
  ///     so a longer one is not received to its end and fails
  ///     (`HTTPFailure.Kind.tooLarge(maximumByteCount:)`). What the system's library has on its way comes
  ///     on top: of an answer without end more than is allowed may arrive before it stops, and one that a
  ///     server compresses unasked is unpacked there as a whole.
  ///   - token: the bearer token; an empty one stands for none.
  public init(
    identifier: String, streams: [Stream], headers: [String: String] = [:],
    timeout: Duration = .seconds(30), retries: RetrySchedule = RetrySchedule(),
    maximumAnswerByteCount: Int = 64 << 20,
    token: @escaping @Sendable () async throws -> String = { "" }
  ) {
    self.identifier = identifier
    list = streams
    self.headers = headers
    sender = HTTPSender(
      timeout: timeout, retries: retries, maximumAnswerByteCount: maximumAnswerByteCount,
      token: token)
  }

  /// Does nothing: each page is a request of its own.
  public func connect() async throws(DataSourceError) {}

  public func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    list.map { PagedStream(stream: $0, sender: sender, headers: headers) }
  }

  public func disconnect() async {}
}

/// One collection of rows.
struct PagedStream: DataSourceStream {
  let stream: HTTPPagedSource.Stream
  let sender: HTTPSender
  let headers: [String: String]

  var name: String { stream.name }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
    try PageReader(
      stream: stream, sender: sender, headers: headers,
      position: try PagePosition(state, of: stream))
  }
}
