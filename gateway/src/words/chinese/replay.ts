/** Chinese for sentences of replays. */
export const ofReplay: Readonly<Record<string, string>> = {
  "is not later than --from": "不晚于--from",
  "give a later time": "请给出更晚的时间",
  "give a file with one accepted reading a line, or look at --until": "请给出每行一个读数的文件，或检查--until",
  "there are no readings in it": "其中没有读数",
  "none of its {} readings could be used: {}": "其中{1}个读数都不能使用：{2*}",
  "check that the file and the site belong together": "请检查文件与站点是否对应",
  "{} of devices that are not on this site ({}): is it the right one?":
    "{1}个读数来自不属于此站点的设备（{2}）：文件是否正确？",
  "{} behind later ones: virtual time does not run backwards, so they count as received then":
    "{1}个读数晚于后面的读数：按到达时间计入",
  "name a folder this user may write to": "请指定当前用户可写的目录",
  "has a line of more than 1 MB": "有一行超过1 MB",
  "give one reading a line": "请每行写一个读数",
  "copy or export it again": "请重新复制或导出",
  "give the path of a readable .ndjson or .ndjson.gz file": "请给出可读的.ndjson或.ndjson.gz文件",
  '"{}" is no time with an offset': "“{1}”不是带时区的时间",
  "name the site file with --site, or start the gateway once": "请用--site指定站点文件，或先启动一次网关",
  "holds no configuration yet": "还没有配置",
  "mixes limits for all spaces with limits for one": "把所有空间的限额与单个空间的限额混在一起",
  "give --limit twice": "请写两个--limit",
  "no space of this site is judged": "此站点没有需要判断的空间",
  "give spaces a limit or a policy": "请为空间设定限额或政策",
  'there is no judged space "{}"': "没有需要判断的空间“{1}”",
  "`gatehouse check` lists the spaces with a limit": "`gatehouse check`可列出有限额的空间",
  '"{}" is no number of persons': "“{1}”不是人数",
  "write --limit 4, --limit 4,3 or --limit 3-302=4": "请写--limit 4、--limit 4,3或--limit 3-302=4",
  "it was cancelled": "已取消",
  "the replay's thread ended": "回放线程已退出",
  "line {}: {}": "第{1}行：{2*}",
  "{} of {} spaces have a limit of their own in the site file, which no policy changes":
    "{2}个空间中有{1}个在站点文件中有自己的限额，政策不改变它们",
};
