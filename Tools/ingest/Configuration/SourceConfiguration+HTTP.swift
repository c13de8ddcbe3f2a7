import HTTPDataSources
import StateJournal

extension SourceConfiguration {
  static func http(
    _ members: inout ConfigurationMembers
  ) -> Kind {
    let list = members.require("streams")
    let elements = list.elements()
    let streams = elements.map(Self.stream)
    list.refuseEmpty("must have a stream")
    ConfigurationNode.refuseTwins(Array(zip(streams.map(\.name), elements)), "stream")
    var access = HTTPAccess()
    let tokenFile = members.take("tokenFile")
    access.tokenFile = tokenFile?.path()
    if let headers = members.take("headers") {
      access.headers = Self.headers(headers, hasToken: tokenFile != nil)
    }
    if let timeout = members.take("timeout") { access.timeout = timeout.duration() }
    if let count = members.take("maximumAnswerBytes") {
      access.maximumAnswerByteCount = count.integer(in: 1...1 << 40)
    }
    return .http(streams, access)
  }

  private static func stream(_ node: ConfigurationNode) -> HTTPPagedSource.Stream {
    var members = node.members(["name", "address", "rows", "paging"])
    let name = streamName(members.require("name"))
    let address = members.require("address")
    let text = address.text()
    if !text.isEmpty, HTTPOrigin(address: text) == nil {
      address.refuse(
        "must be an address such as \"https://api.example.com/orders\", and is \(Shown.text(text))")
    }
    let stream = HTTPPagedSource.Stream(
      name, address: text, rows: members.take("rows")?.text() ?? "",
      paging: members.take("paging").map(paging) ?? .none)
    members.finish()
    return stream
  }

  private static func headers(_ node: ConfigurationNode, hasToken: Bool) -> [String: String] {
    let members = node.members([]).all
    var headers: [String: String] = [:]
    for (name, value) in members {
      if !HTTPHeader.isName(name) { value.refuse("is no name of a header") }
      if hasToken, name.lowercased() == "authorization" {
        value.refuse("does not go with \"tokenFile\"; remove one of them")
      }
      let text = value.text()
      if !HTTPHeader.isValue(text) { value.refuse("must have no line break or control character") }
      headers[name] = text
    }
    ConfigurationNode.refuseTwins(members.map { ($0.name.lowercased(), $0.node) }, "header")
    return headers
  }

  private static func paging(
    _ node: ConfigurationNode
  ) -> HTTPPagedSource.Paging {
    guard case .object = node.value else {
      return node.choice(
        of: [("none", .none), ("link-header", .linkHeader)],
        else: "{\"link\": \"next\"}, {\"cursor\": \"meta.next\", \"parameter\": \"cursor\"}")
        ?? .none
    }
    var members = node.members(["link", "cursor", "parameter"])
    let (kind, member) = members.requireOne(of: ["cursor", "link"])
    let paging: HTTPPagedSource.Paging
    if kind == "cursor" {
      let parameter =
        member.isAbsent ? members.take("parameter") : members.require("parameter")
      paging = .cursor(member: member.text(), parameter: parameter?.text() ?? "")
    } else {
      members.take("parameter")?.refuse("goes with \"cursor\" only; remove it")
      paging = .link(member: member.text())
    }
    members.finish()
    return paging
  }
}
