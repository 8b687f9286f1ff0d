front-title = 从家门口走一刻钟，能到哪里？
front-lead = 输入小区、楼号或路名，看步行 5、10、15 分钟能到的学校、菜场、诊所和公园，也看还缺什么。
front-examples = 比如：
front-map = 点进“一刻钟”，可以在地图上选一个地方。
front-numbers = 本区的几个数字
front-number-lacking = 人走 { $minutes } 分钟到不了{ $what }（按{ $who }的速度算）
front-number-people = 人住在 { $homes } 处住房，都算到了自家门口
front-number-facilities = 处设施，按真实的路、桥、台阶和小区大门来算
front-number-link = 看他们住在哪里
front-number-about = 数据从哪里来

ask-label = 小区、楼号、路名，或拼音首字母
ask-placeholder = 例如：{ $name }，或 { $initials }
ask-placeholder-none = 小区、楼号或路名
ask-button = 查
locate = 我在这里
locate-denied = 浏览器没有给出位置。可以输入小区名，或在地图上点一下。

find-title = 从哪里出发？
find-lead = 输入地名，或者直接在地图上点一下。
find-none = 没有找到“{ $asked }”。
find-none-help = 换一个写法试试：只写小区名、只写路名，或写拼音首字母。也可以在下面的地图上点一下。
find-count = 找到 { $n } 处
find-map = 在地图上选
find-map-note = 点一下，就从那里出发。键盘：方向键移动地图，回车选中间的位置。

nearby-title = 从{ $place }步行
nearby-point = 从地图上这一点步行
nearby-here = 从你所在的位置步行
nearby-other-place = 换一个地方
nearby-edge = 这里离地图数据的边缘不远，边界那边也许还有设施，没有算进来。

choose-who = 谁在走？
choose-minutes = 走多久？
choose-time = 几点出门？
choose-time-button = 按这个时间看
choose-time-hint = 不填就不看大门的开放时间。夜里有些小区门会关。
choose-minutes-n = { $n } 分钟

missing-title = 这里还缺 { $n } 样
missing-none = 该有的，这里都有
missing-told = 按{ $standard }应有的设施
missing-limit-metres = 应在 { $n } 米内
missing-limit-minutes = 应在 { $n } 分钟内
missing-nearest = 最近的要走 { $minutes }（{ $metres }）
missing-nowhere = 走 45 分钟也没有
unknown-title = 另有 { $n } 样，地图数据里全区都没有
unknown-told = 可能真没有，也可能是地图还没有画上，所以不算“缺”：
list-comma = 、
reach-none = 走 { $minutes } 分钟，还到不了地图上的任何设施。
more-places = 另外 { $n } 处也走得到
unnamed = （没有名字）

how-title = 这是怎么算的
how-profile = { $who }：步行速度 { $speed } 米/秒。
how-streets = 沿真实的路走，过河走桥，过街走路口，不翻墙。等红灯、上台阶的时间算在内。
how-standard = “该有的”按 { $standard } 列出。
how-date = 地图数据：{ $who }，{ $date }。
how-date-unknown = 地图数据：{ $who }，日期不详。
how-snap = 从最近的路开始走，离所选的点约 { $metres }。
counts-label = 多少分钟里，走得到多少样设施
counts-kinds = { $n } 样
lacking-all = 还缺 { $n } 样：{ $names }
lacking-more = 还缺 { $n } 样：{ $names }等
missing-more = 再看另外 { $n } 样
need-tally = { $n } 样，最近 { $minutes }
reach-title = { $minutes } 分钟内走得到的
trail-label = 在哪里
