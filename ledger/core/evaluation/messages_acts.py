"""Sentences of refusals about charter, acts, reports and their recognition."""

from ledger.errors import register

register(
    {
        "charter-format": (
            "章程格式不对：“{pointer}”应为 {expected}。",
            "The charter is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "charter-denominator": (
            "“{pointer}”：{type} 含有作为分母或计数的字段（{field}），不能只由教师本人证实。",
            "“{pointer}”: {type} holds figures that others are measured by ({field}); the teacher "
            "alone cannot attest them.",
        ),
        "act-format": (
            "评价流条目的内容格式不对：“{pointer}”应为 {expected}。",
            "The payload of an act is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "act-entry": (
            "评价流第 {leaf} 条的条目与内容不符（{part}）。",
            "Entry and payload of leaf {leaf} of the evaluation stream disagree ({part}).",
        ),
        "act-institution": (
            "评价流第 {leaf} 条属于 {found}，不是 {expected}。",
            "Leaf {leaf} of the evaluation stream is of {found}, not of {expected}.",
        ),
        "other-institution": (
            "这是 {found} 的记录，不是 {expected} 的。",
            "This is a record of {found}, not of {expected}.",
        ),
        "act-signer": (
            "评价流第 {leaf} 条：在此之前没有任命过 {account} 使用这把钥匙。",
            "Leaf {leaf} of the evaluation stream: nobody was appointed as {account} with this key "
            "before it.",
        ),
        "act-not-report": (
            "评价流第 {leaf} 条不是评价报告。",
            "Leaf {leaf} of the evaluation stream is no report.",
        ),
        "approver-not-named": (
            "评价流第 {leaf} 条：章程没有指定 {account} 批准规则。",
            "Leaf {leaf} of the evaluation stream: the charter names {account} as no approver.",
        ),
        "report-format": (
            "评价报告格式不对：“{pointer}”应为 {expected}。",
            "The report is not well-formed: “{pointer}” has to be {expected}.",
        ),
        "recognition-other": (
            "评价流第 {leaf} 条认定的是另一份报告。",
            "Leaf {leaf} of the evaluation stream recognises another report.",
        ),
        "recognition-role": (
            "{account} 不能以“{role}”身份作出此决定：章程未列此身份，或其当时未担任。",
            "{account} may not decide this as {role}: the charter does not name the role, or it "
            "was not held at that time.",
        ),
        "recognition-own": (
            "{account} 不能认定关于自己的报告。",
            "{account} may not decide about a report on oneself.",
        ),
        "appeal-other": (
            "评价流第 {leaf} 条申诉的是另一份报告。",
            "Leaf {leaf} of the evaluation stream appeals against another report.",
        ),
        "appeal-not-subject": (
            "只有报告所评价的本人可以申诉，{account} 不是。",
            "Only whom the report is about may appeal; {account} is somebody else.",
        ),
        "appeal-late": (
            "申诉期限已过。",
            "The time for an appeal is over.",
        ),
        "report-commitment": (
            "报告与其账本条目（评价流第 {leaf} 条）的承诺不符：报告、盐或条目被改动过。",
            "The entry (leaf {leaf} of the evaluation stream) commits to something else: report, "
            "salt or entry was changed.",
        ),
        "report-result-hash": (
            "报告中的结果与其所列散列不符：结果被改动过。",
            "The result does not have the hash that the report names: it was changed.",
        ),
        "report-part": (
            "报告的“{part}”与重算不符：报告为 {claimed}，重算为 {found}。",
            "“{part}” of the report differs: it says {claimed}, recomputing gives {found}.",
        ),
        "approval-missing": (
            "缺少评价流第 {leaf} 条：报告称这是一份规则批准。",
            "Leaf {leaf} of the evaluation stream is missing, which the report names as an "
            "approval of the rules.",
        ),
        "record-left-out": (
            "缺少 {count} 条记录：本人链上的编号 {numbers}。",
            "{count} records are left out: numbers {numbers} of the subject's chain.",
        ),
        "record-link": (
            "教学流第 {leaf} 条没有接上本人的前一条记录。",
            "Leaf {leaf} of the teaching stream does not follow the subject's record before it.",
        ),
        "record-subject": (
            "教学流第 {leaf} 条编在 {found} 名下，记录却是 {expected} 的。",
            "Leaf {leaf} of the teaching stream is numbered for {found}, but the record is of "
            "{expected}.",
        ),
        "recompute-no-stream": (
            "记录文件中没有报告所依据的流（{stream}）。",
            "The records file lacks the stream that the report rests on ({stream}).",
        ),
        "recompute-tree": (
            "记录文件中的检查点不是报告所依据的那棵树（{size} 条）或其后续。",
            "The checkpoint of the records file is not of the tree that the report rests on "
            "({size} entries), or of one that goes on from it.",
        ),
        "recompute-no-chain": (
            "学习记录没有个人编号链：无法证明没有遗漏。",
            "Learning records have no chain of numbers: that none is left out cannot be proved.",
        ),
        "recompute-shown": (
            "学习记录由谁提交（语句未写的编号与时间亦然），只有机构的说法，账本没有证明。",
            "Who asserted the learning records, and id and time where a statement has none, is the "
            "institution's word; the ledger does not prove it.",
        ),
        "answer-report": (
            "报告 {report} 不能取代被申诉的报告：须同一人、同一时段、同一规则，在其后而先于答复。",
            "Report {report} cannot take the place of the one appealed against: it has to be a "
            "later one on the same subject and period by the same rule set, and there before the "
            "answer.",
        ),
    }
)
