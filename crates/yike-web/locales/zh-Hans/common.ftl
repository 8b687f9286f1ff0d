site-name = 一刻
skip = 跳到正文
nav-label = 主导航
nav-nearby = 一刻钟
nav-coverage = 谁缺什么
nav-work = 数据与任务
nav-about = 数据来源与说明
view-elder = 长者版
view-plain = 普通版
view-larger = 字再大些
view-smaller = 字小一些
language-other = English
sign-in = 工作人员登录
sign-out = 退出登录
demo-label = 说明
demo-note = 这里的街道、居民和设施都是编出来的演示数据，不是任何真实的区。
demo-now = 现在是 { $when }，时间快进：
demo-hour = 1 小时
demo-day = 1 天
demo-week = 1 周
foot-phone = 不方便上网？拨 12345，或到社区党群服务中心当面问。
foot-label = 关于本站
foot-staff-label = 工作人员

minutes = { $n } 分钟
metres = { $n } 米
kilometres = { $n } 公里
unit-m = 米
unit-km = 公里

profile-norm = 规划标准
profile-adult = 成人
profile-elder = 长者
profile-frail = 体弱长者
profile-child = 带娃
profile-pram = 婴儿车
profile-wheelchair = 轮椅

need-care = 看病与养老
need-children = 上学与带娃
need-shops = 买菜购物
need-services = 办事与便民
need-play = 公园与运动
need-culture = 文化
need-transport = 出行
need-other = 其他

map-words = 放大|缩小|指北|我的位置|在这里出发|用两个手指移动地图|按住 Ctrl 再滚动，可以缩放地图
map-credit = 地图数据 { $who }
map-credit-dated = 地图数据 { $who }，{ $date }

band-within = { $minutes } 分钟内步行可达（{ $who }）
legend-home-gap = 走不到的住房
legend-share = 缺的人占 { $from }% 到 { $to }%

state-waiting = 排队中
state-running = 正在算
state-done = 已完成
state-failed = 没有成功
state-cancelled = 已取消
state-checked = 已检查
state-applied = 已导入
state-rejected = 有错，未导入
state-withdrawn = 已撤下

when-today = 今天 { $time }
when-yesterday = 昨天 { $time }
