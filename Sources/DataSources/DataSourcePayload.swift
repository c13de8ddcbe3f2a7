public import StateJournal

/// What a payload carries, in whatever form a source and a sink agree on: rows as objects, bytes
/// already encoded, anything that can say how much it is.
public protocol PayloadData: Sendable {
  /// Rows in it, for progress and summaries.
  var rowCount: Int { get }
  /// Bytes in memory, at least roughly: groups are bounded by it.
  var byteCount: Int { get }
}

/// One step of a stream: some data, and the state that says "everything up to and including this".
///
/// The state of a payload is committed after the sink has made its data durable, so every payload
/// is a point from which the stream can go on. Data without such a point belongs into the payload
/// that reaches one.
public struct DataSourcePayload<Data: PayloadData>: Sendable {
  /// The rows; may be empty when only the state moves on.
  public var data: Data
  /// What the sink should know about the data (a schema, an extraction time). Never stored.
  public var metadata: StateObject
  /// The stream's state once this payload is durable. The member ``Ingestion/sinkMember`` is
  /// reserved.
  public var state: StateObject
  /// Where the sink should put the data; `nil` leaves the choice to the sink.
  public var destination: String?
  /// Bytes of input that this payload stands for, in the unit of
  /// ``DataSourceStream/remainingByteCount(after:)``: progress is measured in them.
  public var inputByteCount: Int64

  /// A payload from its parts; without `inputByteCount` the data's own size is taken.
  public init(
    data: Data, metadata: StateObject = [:], state: StateObject, destination: String? = nil,
    inputByteCount: Int64? = nil
  ) {
    self.data = data
    self.metadata = metadata
    self.state = state
    self.destination = destination
    self.inputByteCount = inputByteCount ?? Int64(data.byteCount)
  }
}

/// Rows as JSON-like objects.
extension Array: PayloadData where Element == StateObject {
  public var rowCount: Int { count }

  /// The size that the rows would have as JSON, roughly. Visits every value.
  public var byteCount: Int { reduce(0) { $0 + StateValue.object($1).approximateByteCount } }
}

extension StateValue {
  fileprivate var approximateByteCount: Int {
    switch self {
    case .null, .bool: 4
    case .int, .double: 8
    case .string(let text): text.utf8.count + 2
    case .array(let elements): elements.reduce(2) { $0 + $1.approximateByteCount + 1 }
    case .object(let members):
      members.reduce(2) { $0 + $1.name.utf8.count + $1.value.approximateByteCount + 4 }
    }
  }
}
