/** The site files `gatehouse init` writes: one a kind of premises, commented in English and Chinese. */

export interface SiteExample {
  readonly kind: "rental-compound" | "dormitory" | "construction-site";
  readonly text: string;
}

const head = (kind: string, id: string, name: string) => `\
# Site file of one gateway. Check it with: gatehouse check site.yaml   (reference: docs/reference/site-file.md)
# 一个网关的站点文件。检查：gatehouse check site.yaml

site:
  id: ${id}                     # letters, digits, . _ -   编号
  name: ${name}
  kind: ${kind}     # rental-compound | dormitory | construction-site   场所类型
  timezone: Asia/Shanghai
  address:                        # every space without its own inherits it   未单独填写的空间沿用此地址
    code: "31011210400700000"     # standard address code   标准地址编码
    text: 上海市闵行区马桥镇
    grid: MQ-000                  # grid that gets the alerts, or: unowned   责任网格；无归属时写 unowned
`;

const tail = (policies: string) => `
# Whose key a credential is, without a name. Pseudonyms (c_ and ten digits) come from the gateway's own export.
# 凭证归属，不含姓名。化名由网关导出。
credentials: []
# - { credential: c_5f2a91d0c4, space: SPACE, role: tenant }   # tenant | staff | landlord | cleaner | visitor

# Limits of law and standards. A space may also have its own: limit: { persons: 4, basis: "why" }
# 法定上限；也可在空间上直接写 limit。
${policies}
# Where alerts go. Until this is filled in they stay on the box.   预警上报平台；未配置时仅保存在本机。
uplinks: []
# - { id: city, type: https, url: "https://city.example/ingest" }
# - { id: town, type: mqtt, url: "mqtts://town.example:8883" }

# The gateway's own MQTT broker: on this machine in clear, on the network only with TLS.
# 网关自带的 MQTT：本机明文，网络上必须使用 TLS。
broker:
  listen: 127.0.0.1:1883
# tls: { listen: "0.0.0.0:8883", cert: { file: broker.crt }, key: { file: broker.key } }

# The web console, by HTTPS. The first start prints a claim code to make the first account with. console: off closes it.
# 网页控制台（HTTPS）。首次启动会打印认领码，用于创建第一个账号。console: off 关闭控制台。
console:
  listen: 0.0.0.0:8443
# tls: { cert: { file: console.crt }, key: { file: console.key } }   your own certificate   自备证书
# hosts: [gatehouse.example]      names it is opened by, beside its addresses   除 IP 外的访问名称

# Read-only accounts for dashboards.   供看板使用的只读账号。
accounts: []
# - { user: dashboard, password: { env: DASHBOARD_PW }, role: tool }
`;

const rental = `${head("rental-compound", "example-compound", "Example compound 示例租赁社区")}
# Rooms are those designed as living space, with usable area: they give the limit.
# rooms 只填原设计为居住空间的房间及其使用面积，上限由此得出。
spaces:
  - { id: b3, kind: building, name: 3号楼 }
  - id: "3-301"
    kind: flat
    name: 3号楼301
    parent: b3
    rooms: [{ areaM2: 14.2 }, { areaM2: 11.0 }]
    registered: 2                 # people registered here   登记人数
    risk: red                     # red | yellow | blue   风险等级
  - id: "3-302"
    kind: flat
    name: 3号楼302
    parent: b3
    rooms: [{ areaM2: 18.0 }]
    registered: 3
    familyExempt: true            # a family: no head count per room, 5 m2 each remain   家庭：不计每间人数，仍须人均5平方米

# "in" means from -> to.   进入方向为 from -> to。
portals:
  - { id: door-301, kind: door, from: outside, to: "3-301" }
  - { id: door-302, kind: door, from: outside, to: "3-302" }

# A device sits on a portal or in a space. Its id is its user name at the broker.
# 设备位于门口 (portal) 或空间内 (space)；设备编号即其 MQTT 用户名。
devices:
  - { id: lock-301, kind: lock, portal: door-301, password: { file: secrets/lock-301.pw } }
  - { id: count-301, kind: counter, tech: tof, portal: door-301, password: { file: secrets/count-301.pw } }
  - { id: lock-302, kind: lock, portal: door-302, password: { file: secrets/lock-302.pw } }
  - { id: count-302, kind: counter, tech: tof, portal: door-302, password: { file: secrets/count-302.pw } }
${tail("policies:\n  - { use: cn-sh-rental-2014 }      # 2 per room, 5 m2 each   每间2人、人均5平方米\n")}`;

const dormitory = `${head("dormitory", "example-dormitory", "Example dormitory 示例职工集体宿舍")}
spaces:
  - { id: corridor-2, kind: corridor, name: 二楼走廊 }
  - { id: r201, kind: room, name: "201", parent: corridor-2, areaM2: 32.0, registered: 6 }
  - { id: r202, kind: room, name: "202", parent: corridor-2, areaM2: 24.0, registered: 6 }

# "in" means from -> to.   进入方向为 from -> to。
portals:
  - { id: stairs-2, kind: door, from: outside, to: corridor-2 }
  - { id: door-201, kind: door, from: corridor-2, to: r201 }
  - { id: door-202, kind: door, from: corridor-2, to: r202 }

# A device sits on a portal or in a space. Its id is its user name at the broker.
# 设备位于门口 (portal) 或空间内 (space)；设备编号即其 MQTT 用户名。
devices:
  - { id: count-2, kind: counter, tech: stereo, portal: stairs-2, password: { file: secrets/count-2.pw } }
  - { id: lock-201, kind: lock, portal: door-201, password: { file: secrets/lock-201.pw } }
  - { id: radar-201, kind: presence, tech: radar, space: r201, password: { file: secrets/radar-201.pw } }
  - { id: lock-202, kind: lock, portal: door-202, password: { file: secrets/lock-202.pw } }
  - { id: radar-202, kind: presence, tech: radar, space: r202, password: { file: secrets/radar-202.pw } }
${tail(`# The placeholder's figures (8 per room, 4 m2 each) are NOT confirmed: ask what holds for you, and put a policy of your
# own into policies/ beside this file.   占位数值（每间8人、人均4平方米）未经核实，请以当地规定为准。
policies:
  - { use: cn-dormitory-placeholder }
`)}`;

const construction = `${head("construction-site", "example-site", "Example construction site 示例建筑工地")}
spaces:
  - { id: camp, kind: yard, name: 生活区 }
  - { id: shed-1, kind: shed, name: 1号工棚, parent: camp, areaM2: 20.0, registered: 4 }
  - { id: shed-2, kind: shed, name: 2号工棚, parent: camp, areaM2: 36.0, registered: 4 }

# "in" means from -> to.   进入方向为 from -> to。
portals:
  - { id: gate, kind: turnstile, from: outside, to: camp }
  - { id: door-1, kind: door, from: camp, to: shed-1 }
  - { id: door-2, kind: door, from: camp, to: shed-2 }

# A device sits on a portal or in a space. Its id is its user name at the broker.
# 设备位于门口 (portal) 或空间内 (space)；设备编号即其 MQTT 用户名。
devices:
  - { id: turnstile-1, kind: turnstile, tech: turnstile, portal: gate, password: { file: secrets/turnstile-1.pw } }
  - { id: count-1, kind: counter, tech: beam, portal: door-1, password: { file: secrets/count-1.pw } }
  - { id: contact-1, kind: contact, portal: door-1, password: { file: secrets/contact-1.pw } }
  - { id: count-2, kind: counter, tech: beam, portal: door-2, password: { file: secrets/count-2.pw } }
  - { id: contact-2, kind: contact, portal: door-2, password: { file: secrets/contact-2.pw } }
${tail(`policies:
  - { use: cn-sh-site-2023 }        # Shanghai, works started after 2023-09-01: 4 per room   每间4人
  - { use: cn-site-jgj146-2013 }    # national: 16 per room, 2.5 m2 each; the strictest holds   人均2.5平方米，从严
`)}`;

export const SITE_EXAMPLES: readonly SiteExample[] = [
  { kind: "rental-compound", text: rental },
  { kind: "dormitory", text: dormitory },
  { kind: "construction-site", text: construction },
];
