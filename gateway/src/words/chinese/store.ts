/** Chinese for sentences of the store. */
export const ofStore: Readonly<Record<string, string>> = {
  "written by a later release: schema {}, this release knows {}": "由更新的版本写入：结构{1}，此版本只支持{2}",
  "start the later release again, or restore a backup made by this one": "请重新启动更新的版本，或恢复此版本做的备份",
  "{} bytes over the budget of {}, and what is left may not be evicted: raise the budget, or see why the platform takes nothing":
    "比{2}的预算超出{1}字节，且剩余内容不能清除：请提高预算，或查明平台为何不接收",
  "{} budget": "{1}预算",
  "{} items a platform was owed made room for newer ones; raise the budget, or see why the platform takes nothing":
    "为新数据腾出空间，丢弃了应发给平台的{1}项；请提高预算，或查明平台为何不接收",
  "{} (SQLite {})": "{1*}（SQLite {2}）",
  "there is no {} in it": "其中没有{1}",
  "name the folder given to `gatehouse run --state`": "请指定`gatehouse run --state`所用的目录",
  "use that release": "请使用该版本",
  "run this as the gateway's own user, who may write in the folder (SQLite needs that to read beside a writer)":
    "请以网关自己的用户运行，该用户可写此目录（SQLite在他人写入时读取需要写权限）",
  "is busy: {}": "正忙：{1}",
  "try again": "请重试",
  "start the gateway once: it puts a damaged database aside and carries over what can be read":
    "请启动一次网关：它会把损坏的数据库移开，并保留可读内容",
  "is damaged: {}": "已损坏：{1*}",
  "the key of the pseudonyms was damaged and a new one is made, known credentials count as new: stop the gateway, restore the key from a backup, start again":
    "化名密钥已损坏并已重新生成，已知凭证视为新的：请停止网关，从备份恢复密钥，再启动",
  "another gatehouse is already running on this state folder": "此状态目录上已有网关在运行",
  "stop it first, or name another folder": "请先停止它，或指定另一个目录",
  "the state folder cannot be used: {}": "状态目录不能使用：{1*}",
  "make it a folder this user may write to": "请改为当前用户可写的目录",
  "damaged, and it cannot be moved aside: {}": "已损坏，且无法移开：{1*}",
  "move {} and {}-wal away by hand, then start again": "请手工移走{1}和{2}-wal，再重新启动",
  "the store cannot be opened: {}": "无法打开数据库：{1*}",
  "make the state folder and the files in it readable and writable for this user":
    "请让当前用户可读写状态目录及其中的文件",
  "lost with a damaged database": "随损坏的数据库丢失",
  "SQLite {} in Node {} is older than {} and may lose data": "Node {2}中的SQLite {1}低于{3}，可能丢失数据",
  "run the Node that comes with gatehouse": "请使用网关自带的Node",
  "{}; {} rows carried over. Keep the file for analysis, or delete it": "{1*}；已保留{2}行。文件可留作分析，也可删除",
  "the store is closed": "数据库已关闭",
  "the store is closing and the disk fails: {}": "数据库正在关闭，磁盘出错：{1*}",
  "the store is out of use": "数据库已停用",
  "a key file was damaged and is made anew from its copy: check the disk": "密钥文件已损坏，已从副本恢复：请检查磁盘",
  "the configuration in it does not match its checksum": "其中的配置与校验和不符",
  "the disk budget was used up": "磁盘预算已用完",
  "the salvage plan cannot be read": "无法读取抢救计划",
  "it is no database of a gatehouse": "不是网关的数据库",
};
