/** Chinese for sentences of uplinks. */
export const ofUplinks: Readonly<Record<string, string>> = {
  "write {}//…; {}// is only for this machine itself (localhost)": "请写{1}//…；{2}//只用于本机（localhost）",
  '"{}" is not a URL: {}': "“{1}”不是URL：{2*}",
  "a user name or password does not belong into a URL": "URL中不要写用户名和密码",
  '"{}" would cross the network unencrypted: {}': "“{1}”会以明文经过网络：{2*}",
  "the platform does not believe this gateway: check `sign` and its key, or the client certificate":
    "平台不认可此网关：请检查`sign`及其密钥，或客户端证书",
  "the platform does not allow this gateway to send: ask its operator": "平台不允许此网关上报：请联系平台管理员",
  "there is nothing at this address: check the url": "该地址没有内容：请检查url",
  "a proxy of the network asks for a login: let this gateway through": "网络代理要求登录：请放行此网关",
  "the platform asks to slow down: it is tried again later": "平台要求减慢：稍后重试",
  "a log-in page of the network stands in between: sign this gateway in, or let it through":
    "被网络登录页拦截：请登录，或放行此网关",
  "{}{} answered {}{}": "{1}{2}应答{3}{4*}",
  "redirects are not followed: write the final address; if it is a log-in page of the network, sign this gateway in":
    "不跟随跳转：请写最终地址；如是网络登录页，请登录",
  "the clock of this machine is {} s {} the platform's, which makes signatures stale: check the time server":
    "本机时钟比平台{2*}{1}秒，签名会失效：请检查时间服务器",
  "a log-in page of the network, or a proxy, stands in between: sign this gateway in, or check the url":
    "被网络登录页或代理拦截：请登录，或检查url",
  "{} answered {} with a web page ({})": "{1}应答{2}，内容是网页（{3*}）",
  "{} answers an empty batch with no receipt": "{1}对空批次没有给出回执",
  "{} answered {} with {}, which is no receipt: check the url, or set `receipt: status`":
    "{1}应答{2}，内容为{3}，不是回执：请检查url，或设置`receipt: status`",
  "`tls.cert` and `tls.key` must be a PEM certificate and the private key that belongs to it":
    "`tls.cert`和`tls.key`必须是PEM证书和与之对应的私钥",
  "write the name that stands in its certificate into `{}`": "请把证书中的名称写入`{1}`",
  "renew its certificate, unless the clock of this machine is wrong": "请更新证书；也可能是本机时钟不对",
  "paste the platform's CA certificate into its form in the console, or name its file as `tls.ca`; of `webhook` and `wecom` the certificate must be one that browsers know":
    "请在控制台的平台表单中粘贴平台的CA证书，或用`tls.ca`写上其文件；`webhook`和`wecom`须使用浏览器信任的证书",
  "its certificate is not from an authority this gateway knows": "对方的证书不是本网关信任的机构签发的",
  "its certificate is not valid yet": "对方的证书尚未生效",
  "its certificate has expired": "对方的证书已过期",
  "what listens there does not speak TLS: check the port in `{}`": "对方不使用TLS：请检查`{1}`中的端口",
  "if it asks for a client certificate, check `tls.cert` and `tls.key`":
    "如果对方要求客户端证书，请检查`tls.cert`和`tls.key`",
  "uplink {} has ended": "上报通道{1}已结束",
  "uplink {}: given up": "上报通道{1}：已放弃",
  "{}: no acknowledgement within {} ms": "{1}：{2}毫秒内没有确认",
  "{}: the broker closed, reason {}": "{1}：消息服务关闭了连接，原因{2}",
  "mqtt publish on {}": "MQTT发布{1}",
  "{}: subscribing to {}": "{1}：订阅{2}",
  "if the broker speaks MQTT {} only, write `version: {}`, or leave `version` out":
    "如果消息服务只支持MQTT {1}，请写`version: {2}`，或省略`version`",
  "uplink {}: no receipt within {} ms": "上报通道{1}：{2}毫秒内没有回执",
  "{} bytes, the broker takes {} at the most": "{1}字节，消息服务最多接受{2}字节",
  "the broker refuses the message, reason {}": "消息服务拒绝此消息，原因{1}",
  "uplink {}: the broker refuses {}, reason {}": "上报通道{1}：消息服务拒绝{2}，原因{3}",
  "start the platform's subscriber; where the broker itself is the platform, set `version: 4`":
    "请启动平台的订阅程序；如果消息服务本身就是平台，请设置`version: 4`",
  "uplink {}: nobody subscribes to {} ({})": "上报通道{1}：没有人订阅{2}（{3*}）",
  "uplink {}: the broker refuses the subscription to {}": "上报通道{1}：消息服务拒绝订阅{2}",
  "{}: the server closed the connection": "{1}：服务器关闭了连接",
  "{} bytes, the server takes {} at the most": "{1}字节，服务器最多接受{2}字节",
  "allow this user to publish there, in the server's permissions": "请在服务器的权限中允许此用户在该处发布",
  "{}: the server refuses to take {} ({})": "{1}：服务器拒绝接收{2}（{3*}）",
  "{}: JetStream takes nothing on {}: {}": "{1}：JetStream不接收{2}：{3*}",
  "stream {} has no leader at present, most of its servers must be up": "流{1}目前没有主节点，需要多数服务器在线",
  "no stream takes {}: create one on the server whose subjects cover it, for example with docs/town":
    "没有流接收{1}：请在服务器上建立包含这些主题的流，例如用docs/town",
  "nobody takes {}: JetStream is not enabled there, or has no leader at present":
    "没有接收{1}：JetStream未启用，或目前没有主节点",
  "check `nkey`, `creds`, or `username` and `password`": "请检查`nkey`、`creds`，或`username`和`password`",
  "no nats server is named": "没有指定nats服务器",
  "{}: what listens there is no nats server: check the port in `servers`":
    "{1}：对方不是nats服务器：请检查`servers`中的端口",
  "one way to log in is enough: `nkey`, `creds`, or `username` with `password`":
    "只需一种登录方式：`nkey`、`creds`，或`username`加`password`",
  "must be a URL, with {alert} where the alert's id belongs": "必须是URL，预警编号处写{alert}",
  "{} answered with a web page: check the address, and whether the network asks for a log-in":
    "{1}应答的是网页：请检查地址，以及网络是否要求登录",
  "must be HH:MM, as 22:00": "必须是HH:MM，如22:00",
  "must not begin and end at the same time": "开始和结束时间不能相同",
  "{} leads to {}, which is this machine or its own network (if that is meant, write `allowPrivate: true`)":
    "{1}指向{2}，即本机或内部网络（如确实需要，请写`allowPrivate: true`）",
  "{}: connecting": "{1}：正在连接",
  "{}: the answer is longer than {} bytes": "{1}：应答超过{2}字节",
  "the broker handed nothing back within {} ms (may this account publish NDATA, and read its own?)":
    "消息服务在{1}毫秒内没有回传（此账号是否可以发布NDATA并读取自己的消息？）",
  "uplink {}: the primary host {} is not online": "上报通道{1}：主控主机{2}不在线",
  "uplink {}: {}": "上报通道{1}：{2*}",
  "{} bytes, at most {} are taken": "{1}字节，最多接受{2}字节",
  "uplink {}: the edge node was not born": "上报通道{1}：边缘节点尚未上线",
  "the robot's side is busy": "机器人服务繁忙",
  "too many messages a minute: lower `perMinute`": "每分钟消息太多：请调低`perMinute`",
  "there is no robot with this key: check `key`, or add the robot to the group again":
    "没有使用此密钥的机器人：请检查`key`，或重新把机器人加入群",
  "what answers there is no group robot: check `host`": "对方不是群机器人：请检查`host`",
  "the robot answered {}: {}": "机器人应答{1}：{2*}",
  "nats {}": "NATS {1}",
  "the secret of `nkey` is no seed of a user: it is one line that begins with SU":
    "`nkey`的密钥不是用户种子：应为以SU开头的一行",
  "the secret of `creds` is no credentials file as `nsc generate creds` writes it":
    "`creds`的密钥不是`nsc generate creds`生成的凭证文件",
  "people are told nothing of this event": "此事件不通知人员",
  "no content type": "没有内容类型",
};
