### Fixed phrases of the line, Arabic.
###
### Numbers, places, times and names never stand in a phrase: they stand beside it or come in by a
### placeable. Every table has the same phrases with the same placeables. What a person has read is
### never called approved, and nothing names a target, a weapon, a purpose or a cargo.

## Kinds of message

kind-test = اختبار الخط
kind-test-answer = جواب على اختبار الخط
kind-open = فتح تبادل
kind-amend = تعديل
kind-withdraw = سحب
kind-answer = جواب
kind-statement = بيان
kind-offer = عرض التزام
kind-sign = توقيع التزام
kind-progress = إفادة عن مرحلة
kind-acknowledge = إفادة بالاطلاع، وليست موافقة
kind-end = إغلاق التبادل
kind-receipt = إيصال آلي
kind-dispute = القراءة المعادة مختلفة
kind-suspend = تعليق الخط
kind-resume = استئناف الخط
kind-hand-over = تسليم المناوبة
kind-propose-terms = اقتراح المهل
kind-propose-key = اقتراح مفتاح
kind-accept-key = قبول مفتاح
kind-propose-certificate = اقتراح شهادة
kind-accept-certificate = قبول شهادة
kind-checkpoint = نقطة تحقق من السجل
kind-name-witness = تسمية شاهد
kind-dismiss-witness = إعفاء شاهد
lane-ordinary = المسار العادي
lane-urgent = المسار العاجل

## What an exchange was opened as

matter-notice = إشعار
matter-request = طلب
matter-question = سؤال
matter-report = تقرير عن حادثة
matter-distress = استغاثة

## What it is about

topic-flights = رحلات جوية
topic-uncrewed-flights = رحلات دون طيار على متنها
topic-closed-area = منطقة مغلقة
topic-exercise-area = منطقة تمرين
topic-falling-objects = أجسام ساقطة أو صاعدة
topic-search-and-rescue = بحث وإنقاذ
topic-medical = رحلة لنقل مرضى أو مصابين
topic-fire-fighting = مكافحة حريق من الجو
topic-relief = رحلة إغاثة
topic-conflict = تعارض بين رحلات مخططة
topic-unknown-flight = رحلة مجهولة
topic-close-approach = تقارب خطر بين رحلات
topic-stray = رحلة خارج أحيازها
topic-lost-control = رحلة فقدت وصلة التحكم أو الملاحة
topic-emergency = رحلة في حالة طوارئ
topic-accident = سقوط طائرة
topic-line = الخط نفسه

## Actions that are asked or promised; how much stands beside them

action-delay = الطيران في وقت لاحق
action-earlier = الطيران في وقت أبكر
action-higher = الطيران على ارتفاع أعلى
action-lower = الطيران على ارتفاع أدنى
action-left = الطيران أبعد إلى اليسار
action-right = الطيران أبعد إلى اليمين
action-stay-clear = البقاء خارج الأحياز المحددة
action-stay-within = البقاء داخل الأحياز المحددة
action-identify = الإفادة بالجهة صاحبة الرحلة
action-inform = الإفادة بالنوايا
action-assist = مساعدة من هم في خطر

## Answers. Only the first is consent

answer-agreed = تمت الموافقة
answer-declined = رفض
answer-counter = اقتراح مقابل
answer-stand-by = انتظر، لا جواب بعد
answer-not-ours = لا يخص الطرف المجيب
answer-cannot-say = الجواب غير ممكن، دون ذكر السبب
answer-referred-up = تمت الإحالة إلى جهة أعلى، لا جواب بعد

## What shows that a milestone was reached, and what became of it

evidence-report = إفادة الطرف الملتزم
evidence-published-plan = خطة منشورة
evidence-observation = مشاهدة من الطرف الآخر
evidence-track = مسار مسجل
outcome-reached = تم التنفيذ
outcome-missed = لم يتم التنفيذ

## Places

reference-ellipsoid = فوق المجسم الإهليلجي المرجعي
reference-sea-level = فوق متوسط سطح البحر
reference-ground = فوق سطح الأرض
reference-pressure = فوق مستوى الضغط القياسي
shape-circle = دائرة
shape-polygon = مضلع

## The two ends, and the line between them

side-us = هذا الطرف
side-them = الطرف الآخر
line-open = مفتوح
line-suspended-by-us = معلق من هذا الطرف
line-suspended-by-them = معلق من الطرف الآخر
line-silent = صامت
line-unknown = غير معروف

## Where an exchange stands

exchange-drafted = مسودة، لم يتم الإرسال
exchange-released = تم الإرسال، الوصول غير معروف
exchange-delivered = تم الوصول
exchange-delivered-not-compared = تم الوصول، لم تقارن القراءة المعادة بعد
exchange-read-back = قراءة معادة آليا، البيانات متطابقة
exchange-acknowledged = تم الاطلاع، وهذا ليس موافقة
exchange-discussed = قيد النقاش، لا موافقة
exchange-answered = ورد الجواب، انظر الجواب
exchange-agreed = تمت الموافقة على آخر صيغة
exchange-in-force = ساري المفعول، وقعه الطرفان
exchange-amended = تم التعديل بعد آخر جواب
exchange-withdrawn = تم السحب
exchange-ended = تم الإغلاق
exchange-disputed = خلاف: القراءة المعادة مختلفة، الرسالة غير مفهومة

## How a commitment stands

commitment-offered = معروض، غير ساري المفعول
commitment-agreed = وقعه الطرفان، لم يبدأ سريانه بعد
commitment-in-force = ساري المفعول
commitment-due = انقضى موعد المرحلة دون إفادة
commitment-kept = تم الوفاء به
commitment-broken = تم الإخلال به
commitment-lapsed = انقضت مدته
commitment-ended = تم إنهاؤه قبل موعده

## Alarms: what happened, and what to do

level-advisory = للعلم
level-caution = تنبيه
level-warning = تحذير
alarm-distress-waits = استغاثة تنتظر: أجب فورا
alarm-line-silent = الخط صامت: تواصل مع الطرف الآخر بوسيلة أخرى
alarm-not-delivered = الرسالة لم تصل: تواصل مع الطرف الآخر بوسيلة أخرى
alarm-not-taken = المكتب الآخر يرفض رسالة لنا ولا يمر ما بعدها: اتصل بهم
alarm-read-back-differs = القراءة المعادة مختلفة: صحح صوتيا
alarm-answer-late = لا جواب في الموعد: اتصل بالطرف الآخر
alarm-telephone = لا إفادة بالاطلاع على الإشعار: اتصل هاتفيا
alarm-our-answer-late = جواب هذا الطرف متأخر: أجب الآن
alarm-answer-wanted = الطرف الآخر ينتظر جوابا: أجب
alarm-test-overdue = اختبار الخط متأخر: اختبر الخط
alarm-test-waits = اختبار الخط ينتظر: اقرأ النص وأجب
alarm-notice-short = مهلة الإشعار أقصر من المتفق عليه: راجع الرحلات المعنية
alarm-milestone-due = انقضى موعد المرحلة دون إفادة: أفد بالنتيجة أو اسأل عنها
alarm-commitment-broken = تم الإخلال بالالتزام: اتصل بالطرف الآخر
alarm-clocks-apart = فرق الساعتين أكبر من المتفق عليه: افحص الساعة
alarm-peer-fault = الطرف الآخر خالف قاعدة من قواعد الخط: راجع السجل
alarm-touches-our-flights = رحلات هذا الطرف متأثرة: راجعها وأجب

## Texts of the human test: neutral, without a meaning for flights, and far apart by voice

test-bread = الرقم { $number }. الخبز على الطاولة
test-lamp = الرقم { $number }. المصباح في ركن الغرفة
test-spoon = الرقم { $number }. الملعقة من الخشب
test-book = الرقم { $number }. في الكتاب صفحات كثيرة
test-apple = الرقم { $number }. التفاحة حلوة
test-chair = الرقم { $number }. الكرسي بجانب النافذة
test-blanket = الرقم { $number }. البطانية ناعمة
test-ribbon = الرقم { $number }. الشريط طويل
test-teapot = الرقم { $number }. في الإبريق شاي
test-honey = الرقم { $number }. العسل في الجرة
test-mirror = الرقم { $number }. المرآة معلقة قرب الباب
test-violin = الرقم { $number }. الكمان في حقيبته

## Words that must never be taken for others

word-exercise = تمرين، غير حقيقي
word-acknowledged-not-agreed = تم الاطلاع، وهذا ليس موافقة
word-not-known = غير معروف
word-silence = الصمت ليس موافقة
word-machine-receipt = تخزين آلي، وليس جوابا من شخص
word-overdue = متأخر عن الموعد

## Labels of a message

label-message = الرسالة
label-said-by = المرسل
label-said-to = المرسل إليه
label-exchange = التبادل
label-refers-to = بشأن الرسالة
label-topic = الموضوع
label-from = البداية
label-until = النهاية
label-flight = الرحلة
label-flight-of = رحلة الطرف { $party }
label-action-asked = الإجراء المطلوب
label-action-promised = الإجراء الملتزم به
label-amount = المقدار
label-volume = الحيز { $number }
label-centre = المركز
label-radius = نصف القطر
label-corner = الرأس { $number }
label-lower = الحد السفلي
label-upper = الحد العلوي
word-open-downwards = دون حد سفلي
word-open-upwards = دون حد علوي
label-own-words-of = كلام الطرف { $party }
label-answer = الجواب
label-answer-by = الجواب متوقع قبل
label-covers = يشمل الجواب
label-referred-to = الجهة المحال إليها
label-test-text = نص الاختبار
label-stored-at = وقت التخزين
label-held-by = البيانات كما خزنها الطرف { $party }
label-difference = الاختلاف في
label-sent = كما أرسل
label-stored = كما خزن
label-apart = المسافة بينهما
label-on-watch = صفة المناوب
label-key = المفتاح
label-fingerprint = بصمة الشهادة
label-note = النص

## Labels of a commitment

label-commitment = الالتزام
label-promised-by = الطرف الملتزم
label-offered-by = الطرف العارض
label-milestone = المرحلة { $number }
label-deadline = الموعد النهائي
label-evidence = وسيلة الإثبات
word-both-must-sign = لا يسري إلا بعد توقيع الطرفين
word-both-signed = وقعه الطرفان
word-one-signed = وقعه طرف واحد، غير ساري المفعول
word-contested = إفادتا الطرفين مختلفتان
word-milestone-due = انقضى الموعد دون إفادة

## Labels of an exchange

label-matter = النوع
label-opened-by = الطرف البادئ
label-opened-at = وقت الفتح
label-state = الحالة
label-earlier-messages = رسائل سابقة غير معروضة
label-counter-by = اقتراح مقابل من الطرف
label-turn = الدور على الطرف
label-waits-for = في انتظار الطرف
label-receipt-due = موعد الوصول
label-answer-due = موعد الجواب
label-notice-given = مهلة الإشعار المعطاة
label-notice-agreed = أدنى مهلة متفق عليها
word-before-start = قبل البداية
word-after-start = بعد البداية
word-notice-short = المهلة أقصر من المتفق عليه
label-number = الرقم
label-sent-at = وقت الإرسال
label-delivered-at = وقت الوصول
label-read-back = القراءة المعادة
word-read-back-same = تمت المقارنة، البيانات متطابقة
label-read-at = وقت اطلاع شخص

## Labels of the line

label-line = الخط
label-line-with = الخط مع الطرف
label-as-of = حتى وقت
label-messages-from = الاتجاه من الطرف { $party }
word-direction-carries = يعمل
word-direction-silent = صامت
label-heard-at = آخر وقت ثبت فيه العمل
label-suspended-by = الطرف المعلق
word-suspended-still-carries = الاستغاثة واختبارات الخط ما زالت تمر
label-clocks-apart = ساعة الطرف { $party } متقدمة بمقدار
label-round-trip = زمن الذهاب والإياب
label-outbox = رسائل لم تصل بعد
label-not-taken = رفضها المكتب الآخر، وسببه
label-test-answered-by = آخر جواب من الطرف { $party } على اختبار الخط
label-test-age = عمر آخر اختبار ناجح للخط
word-test-overdue = اختبار الخط متأخر
label-watch-of = صفة المناوب لدى الطرف { $party }
label-since = منذ
label-fault = قاعدة خالفها الطرف الآخر
word-fault-no-effect = محفوظ في السجل، دون أثر
label-key-of = المفتاح الذي اقترحه الطرف { $party }
label-certificate-of = بصمة الشهادة التي اقترحها الطرف { $party }
label-proposed-at = وقت الاقتراح
label-accepted-at = وقت قبول الطرف الآخر

## Labels of the agreed times

label-terms = المهل
word-terms-agreed = متفق عليها بين الطرفين
word-terms-default = افتراضية، غير متفق عليها بين الطرفين
word-both-must-propose = لا تسري إلا إذا اقترح الطرفان المهل نفسها
label-receipt-within = الوصول خلال
label-answer-within = الجواب خلال
label-notice-least = أدنى مهلة للإشعار
label-telephone-after = الهاتف بعد
label-test-every = اختبار الخط كل مدة لا تزيد على
label-clocks-may-differ = الفرق المسموح بين الساعتين

## Witnesses: third parties whom both sides name

subject-tests = اختبارات الخط
subject-notices = الإشعارات
subject-requests = الطلبات
subject-questions = الأسئلة
subject-reports = تقارير الحوادث
subject-distress = الاستغاثات
subject-commitments = الالتزامات
subject-line-itself = الخط نفسه
witness-proposed-by-us = سماه هذا الطرف فقط، ولا يقرأ شيئا
witness-proposed-by-them = سماه الطرف الآخر فقط، ولا يقرأ شيئا
witness-named-differently = سماه الطرفان بصيغتين مختلفتين، ولا يقرأ شيئا
witness-in-force = سماه الطرفان بالصيغة نفسها، ويقرأ
witness-dismissed = تم إعفاؤه، ولا يقرأ شيئا بعد ذلك
label-witness = الشاهد
label-witness-desk = مكتب الشاهد
label-witness-reads = ما يقرؤه الشاهد
label-witness-from = فقط ما قيل ابتداء من
label-witness-named-by = الطرف الذي سماه
word-both-must-name = لا يسري إلا إذا سمى الطرفان الشاهد بالصيغة نفسها
word-witness-reads-no-more = لا يقرأ الشاهد شيئا بعد ذلك
word-withheld = محجوب عن الشاهد، أعطيت بصمته فقط

## Labels of an alarm

label-due = الموعد
label-time-left = الوقت المتبقي
label-overdue-by = التأخر
label-shelved-until = مؤجل حتى
label-shelved-by = صفة من قام بالتأجيل
label-reason = السبب
