import StateJournal

/// Keys of the journal as addresses: one address, one key.
struct KeyTarget: FuzzTarget {
  let name = "key"
  let seeds: [[UInt8]] = [
    StateAddress.stream("2024", of: "orders"), .others("cursor", of: "orders"),
    .stream("\u{0}", of: "a\u{0}b\u{0}"), .stream("é", of: "e\u{301}"),
    .others(String(repeating: "n", count: 1024), of: String(repeating: "s", count: 1024)),
  ].map(StateKeyCoding.key(of:))
  let tokens: [[UInt8]] = [
    [0, 0xFF], [0, 1], [0, 2], [0, 3], [0, 0], [0xFF], [0xC3, 0xA9], [0xC3],
  ]

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let found = Result { () throws(StateKeyCoding.Malformed) in
      try StateKeyCoding.source(of: input.span)
    }
    if case .success(let (source, end)) = found {
      behaviour.note(magnitude: source.utf8.count)
      try FuzzViolation.unless(end <= input.count, "the source ends at \(end), behind the key")
    }
    let decoded = Result { () throws(StateKeyCoding.Malformed) in
      try StateKeyCoding.address(of: input.span)
    }
    switch decoded {
    case .success(let address):
      behaviour.note(UInt64(address.scope.rawValue))
      behaviour.note(magnitude: address.name.utf8.count)
      try FuzzViolation.unless(
        (try? address.validate()) != nil, "\(address) is no address that could have been written")
      try FuzzViolation.unless(
        StateKeyCoding.key(of: address) == input, "\(address) has another key than this")
    case .failure(let error):
      behaviour.note(error.reason.rawValue)
      behaviour.note(magnitude: error.offset)
      try FuzzViolation.unless(
        0...input.count ~= error.offset, "the error is at \(error.offset) of \(input.count) bytes")
    }
  }
}
