//! Invented names: a canal town's words, put together so that no two neighbours share one.
//!
//! Every kind of name runs through its word pairs in a shuffled order without repeats until all are
//! used, so names are distinct within any community, and within any district but the largest.

use crate::rng::Rng;

/// First halves, with pinyin.
const FIRST: [(&str, &str); 37] = [
    ("柳", "Liu"),
    ("澜", "Lan"),
    ("棹", "Zhao"),
    ("荻", "Di"),
    ("菱", "Ling"),
    ("苇", "Wei"),
    ("桑", "Sang"),
    ("杏", "Xing"),
    ("榆", "Yu"),
    ("槐", "Huai"),
    ("枫", "Feng"),
    ("竹", "Zhu"),
    ("莲", "Lian"),
    ("葭", "Jia"),
    ("青", "Qing"),
    ("锦", "Jin"),
    ("云", "Yun"),
    ("月", "Yue"),
    ("晚", "Wan"),
    ("晴", "Qing"),
    ("春", "Chun"),
    ("秋", "Qiu"),
    ("望", "Wang"),
    ("听", "Ting"),
    ("枕", "Zhen"),
    ("印", "Yin"),
    ("映", "Ying"),
    ("鹭", "Lu"),
    ("雁", "Yan"),
    ("燕", "Yan"),
    ("梅", "Mei"),
    ("栀", "Zhi"),
    ("穗", "Sui"),
    ("麦", "Mai"),
    ("虹", "Hong"),
    ("星", "Xing"),
    ("露", "Lu"),
];

/// Second halves, with pinyin.
const SECOND: [(&str, &str); 29] = [
    ("岸", "an"),
    ("桥", "qiao"),
    ("埠", "bu"),
    ("浦", "pu"),
    ("渚", "zhu"),
    ("湾", "wan"),
    ("塘", "tang"),
    ("汀", "ting"),
    ("港", "gang"),
    ("溪", "xi"),
    ("泾", "jing"),
    ("荡", "dang"),
    ("坞", "wu"),
    ("堤", "di"),
    ("堰", "yan"),
    ("渡", "du"),
    ("洲", "zhou"),
    ("亭", "ting"),
    ("舟", "zhou"),
    ("帆", "fan"),
    ("波", "bo"),
    ("霞", "xia"),
    ("林", "lin"),
    ("田", "tian"),
    ("垛", "duo"),
    ("井", "jing"),
    ("洄", "hui"),
    ("漾", "yang"),
    ("篱", "li"),
];

/// Names of districts; 澜桥 is the first. None is a county-level place.
const DISTRICTS: [(&str, &str); 20] = [
    ("澜桥", "Lanqiao"),
    ("荻堰", "Diyan"),
    ("棹湾", "Zhaowan"),
    ("葭浦", "Jiapu"),
    ("枕溪", "Zhenxi"),
    ("晴渚", "Qingzhu"),
    ("苇泾", "Weijing"),
    ("映塘", "Yingtang"),
    ("菱舟", "Lingzhou"),
    ("桑垛", "Sangduo"),
    ("榆岸", "Yu'an"),
    ("鹭渡", "Ludu"),
    ("栀亭", "Zhiting"),
    ("穗洲", "Suizhou"),
    ("虹坞", "Hongwu"),
    ("雁汀", "Yanting"),
    ("槐港", "Huaigang"),
    ("听帆", "Tingfan"),
    ("晚波", "Wanbo"),
    ("露井", "Lujing"),
];

/// Endings of estates' names by how they were built.
const OLD_ESTATES: [(&str, &str); 5] =
    [("新村", "Xincun"), ("里", "Li"), ("小区", "Estate"), ("公寓", "Apartments"), ("弄", "Long")];
const NEW_ESTATES: [(&str, &str); 6] = [
    ("苑", "Court"),
    ("花园", "Garden"),
    ("家园", "Homes"),
    ("雅居", "Residence"),
    ("府", "Mansion"),
    ("城", "Towers"),
];

/// A name in Chinese and in Latin letters.
pub(crate) type Name = (String, String);

/// The `k`-th word pair of a shuffled order of its own for each `what`.
fn pair(seed: u64, what: u64, k: usize) -> Name {
    let all = FIRST.len() * SECOND.len();
    let mut rng = Rng::new(seed, what, 0);
    // 1,073 = 29 x 37: any step not divisible by either visits every pair.
    let step = loop {
        let step = 100 + rng.below(900);
        if !step.is_multiple_of(FIRST.len()) && !step.is_multiple_of(SECOND.len()) {
            break step;
        }
    };
    let at = (rng.below(all) + k * step) % all;
    let ((zh1, en1), (zh2, en2)) = (FIRST[at % FIRST.len()], SECOND[at / FIRST.len()]);
    let gap = if en2.starts_with(['a', 'o', 'e']) { "'" } else { "" };
    (format!("{zh1}{zh2}"), format!("{en1}{gap}{en2}"))
}

fn ended(base: &Name, ending: (&str, &str)) -> Name {
    (format!("{}{}", base.0, ending.0), format!("{} {}", base.1, ending.1))
}

pub(crate) fn district(_seed: u64, k: usize) -> Name {
    let (zh, en) = DISTRICTS[k % DISTRICTS.len()];
    (format!("{zh}区"), format!("{en} District"))
}

pub(crate) fn subdistrict(seed: u64, k: usize) -> Name {
    ended(&pair(seed, 101, k), ("街道", "Subdistrict"))
}

pub(crate) fn community(seed: u64, k: usize) -> Name {
    ended(&pair(seed, 102, k), ("社区", "Community"))
}

/// Estate number `k` of the city.
pub(crate) fn estate(seed: u64, k: usize, old: bool) -> Name {
    let endings: &[(&str, &str)] = if old { &OLD_ESTATES } else { &NEW_ESTATES };
    ended(&pair(seed, 103, k), endings[Rng::new(seed, 104, k as u64).below(endings.len())])
}

/// A through street: 路 runs east-west, 街 north-south.
pub(crate) fn avenue(seed: u64, k: usize, north_south: bool) -> Name {
    let ending = if north_south { ("街", "Street") } else { ("路", "Road") };
    ended(&pair(seed, 105 + u64::from(north_south), k), ending)
}

/// A street inside a block.
pub(crate) fn lane(seed: u64, k: usize) -> Name {
    ended(&pair(seed, 107, k), if k.is_multiple_of(3) { ("支路", "Lane") } else { ("巷", "Alley") })
}

pub(crate) fn canal(seed: u64, k: usize) -> Name {
    ended(&pair(seed, 108, k), ("河", "Canal"))
}

pub(crate) fn bridge(seed: u64, k: usize) -> Name {
    ended(&pair(seed, 109, k), ("桥", "Bridge"))
}

/// Anything else named after its place, such as a park or a school.
pub(crate) fn of_place(seed: u64, k: usize, ending: (&str, &str)) -> Name {
    ended(&pair(seed, 110, k), ending)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_do_not_repeat_among_neighbours() {
        for seed in 0..20 {
            let all: BTreeSet<String> = (0..1_000).map(|k| community(seed, k).0).collect();
            assert_eq!(all.len(), 1_000);
            let subs: BTreeSet<String> = (0..200).map(|k| subdistrict(seed, k).0).collect();
            assert_eq!(subs.len(), 200);
        }
        assert_eq!(district(7, 0), ("澜桥区".into(), "Lanqiao District".into()));
    }
}
