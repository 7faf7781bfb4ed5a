### Fixed phrases of the line, Russian.
###
### Numbers, places, times and names never stand in a phrase: they stand beside it or come in by a
### placeable. Every table has the same phrases with the same placeables. What a person has read is
### never called approved, and nothing names a target, a weapon, a purpose or a cargo.

## Kinds of message

kind-test = Проверка линии
kind-test-answer = Ответ на проверку линии
kind-open = Открытие обмена
kind-amend = Изменение
kind-withdraw = Отзыв
kind-answer = Ответ
kind-statement = Заявление
kind-offer = Предложение обязательства
kind-sign = Подписание обязательства
kind-progress = Сообщение об этапе
kind-acknowledge = Отметка о прочтении, не согласие
kind-end = Закрытие обмена
kind-receipt = Автоматическая квитанция
kind-dispute = Повтор не совпал
kind-suspend = Приостановка линии
kind-resume = Возобновление линии
kind-hand-over = Передача дежурства
kind-propose-terms = Предложение сроков
kind-propose-key = Предложение ключа
kind-accept-key = Принятие ключа
kind-propose-certificate = Предложение сертификата
kind-accept-certificate = Принятие сертификата
kind-checkpoint = Контрольная точка записи
kind-name-witness = Указание свидетеля
kind-dismiss-witness = Отказ от свидетеля
lane-ordinary = обычная очередь
lane-urgent = срочная очередь

## What an exchange was opened as

matter-notice = Уведомление
matter-request = Просьба
matter-question = Вопрос
matter-report = Донесение об инциденте
matter-distress = БЕДСТВИЕ

## What it is about

topic-flights = Полёты
topic-uncrewed-flights = Полёты без пилота на борту
topic-closed-area = Закрытая зона
topic-exercise-area = Район учений
topic-falling-objects = Падающие или поднимающиеся предметы
topic-search-and-rescue = Поиск и спасание
topic-medical = Полёт для перевозки больных или пострадавших
topic-fire-fighting = Тушение пожара с воздуха
topic-relief = Полёт с гуманитарной помощью
topic-conflict = Конфликт запланированных полётов
topic-unknown-flight = Неизвестный полёт
topic-close-approach = Опасное сближение
topic-stray = Полёт вне своих объёмов
topic-lost-control = Полёт с потерей связи управления или навигации
topic-emergency = Аварийная ситуация в полёте
topic-accident = Падение воздушного судна
topic-line = Сама линия

## Actions that are asked or promised; how much stands beside them

action-delay = Лететь позже
action-earlier = Лететь раньше
action-higher = Лететь выше
action-lower = Лететь ниже
action-left = Лететь левее
action-right = Лететь правее
action-stay-clear = Не входить в указанные объёмы
action-stay-within = Оставаться в указанных объёмах
action-identify = Сообщить, чей это полёт
action-inform = Сообщить о намерениях
action-assist = Помочь находящимся в опасности

## Answers. Only the first is consent

answer-agreed = Согласие дано
answer-declined = Отказ
answer-counter = Встречное предложение
answer-stand-by = Ждите, ответа пока нет
answer-not-ours = Не относится к отвечающей стороне
answer-cannot-say = Ответить невозможно, причина не указана
answer-referred-up = Передано выше, ответа пока нет

## What shows that a milestone was reached, and what became of it

evidence-report = Сообщение обязавшейся стороны
evidence-published-plan = Опубликованный план
evidence-observation = Наблюдение другой стороны
evidence-track = Записанная траектория
outcome-reached = Выполнено
outcome-missed = Не выполнено

## Places

reference-ellipsoid = над опорным эллипсоидом
reference-sea-level = над средним уровнем моря
reference-ground = над поверхностью земли
reference-pressure = над уровнем стандартного давления
shape-circle = Круг
shape-polygon = Многоугольник

## The two ends, and the line between them

side-us = Эта сторона
side-them = Другая сторона
line-open = Открыта
line-suspended-by-us = Приостановлена этой стороной
line-suspended-by-them = Приостановлена другой стороной
line-silent = Молчит
line-unknown = Неизвестно

## Where an exchange stands

exchange-drafted = Черновик, не отправлено
exchange-released = Отправлено, доставка неизвестна
exchange-delivered = Доставлено
exchange-delivered-not-compared = Доставлено, повтор ещё не сверен
exchange-read-back = Автоматический повтор сверен, данные совпадают
exchange-acknowledged = Прочитано, это не согласие
exchange-discussed = Обсуждается, согласия нет
exchange-answered = Ответ дан, смотрите ответ
exchange-agreed = Согласовано в последней редакции
exchange-in-force = Действует, подписано обеими сторонами
exchange-amended = Изменено после последнего ответа
exchange-withdrawn = Отозвано
exchange-ended = Закрыто
exchange-disputed = Расхождение: повтор не совпал, сообщение не понято

## How a commitment stands

commitment-offered = Предложено, не действует
commitment-agreed = Подписано обеими сторонами, ещё не действует
commitment-in-force = Действует
commitment-due = Срок этапа прошёл, сообщения нет
commitment-kept = Выполнено
commitment-broken = Нарушено
commitment-lapsed = Утратило силу
commitment-ended = Прекращено досрочно

## Alarms: what happened, and what to do

level-advisory = УВЕДОМЛЯЮЩИЙ СИГНАЛ
level-caution = ПРЕДУПРЕЖДАЮЩИЙ СИГНАЛ
level-warning = АВАРИЙНЫЙ СИГНАЛ
alarm-distress-waits = Бедствие ждёт ответа: ответьте немедленно
alarm-line-silent = Линия молчит: свяжитесь с другой стороной иным способом
alarm-not-delivered = Сообщение не доставлено: свяжитесь с другой стороной иным способом
alarm-not-taken = Другой пост не принимает наше сообщение, и всё за ним стоит: позвоните им
alarm-read-back-differs = Повтор не совпал: исправьте голосом
alarm-answer-late = Нет ответа в срок: вызовите другую сторону
alarm-telephone = Нет отметки о прочтении уведомления: звоните по телефону
alarm-our-answer-late = Ответ этой стороны просрочен: ответьте сейчас
alarm-answer-wanted = Другая сторона ждёт ответа: ответьте
alarm-test-overdue = Проверка линии просрочена: проверьте линию
alarm-test-waits = Проверка линии ждёт ответа: прочитайте текст и ответьте
alarm-notice-short = Заблаговременность уведомления меньше оговорённой: проверьте затронутые полёты
alarm-milestone-due = Срок этапа прошёл, сообщения нет: сообщите или запросите результат
alarm-commitment-broken = Обязательство нарушено: вызовите другую сторону
alarm-clocks-apart = Расхождение часов больше оговорённого: проверьте часы
alarm-peer-fault = Другая сторона нарушила правило линии: проверьте запись
alarm-touches-our-flights = Затронуты полёты этой стороны: проверьте их и ответьте

## Texts of the human test: neutral, without a meaning for flights, and far apart by voice

test-bread = Номер { $number }. Хлеб лежит на столе
test-lamp = Номер { $number }. Лампа стоит в углу
test-spoon = Номер { $number }. Ложка сделана из дерева
test-book = Номер { $number }. В книге много страниц
test-apple = Номер { $number }. Яблоко сладкое
test-chair = Номер { $number }. Стул рядом с окном
test-blanket = Номер { $number }. Одеяло мягкое
test-ribbon = Номер { $number }. Лента длинная
test-teapot = Номер { $number }. В чайнике чай
test-honey = Номер { $number }. Мёд в банке
test-mirror = Номер { $number }. Зеркало висит у двери
test-violin = Номер { $number }. Скрипка лежит в футляре

## Words that must never be taken for others

word-exercise = УЧЕНИЕ, НЕ РЕАЛЬНАЯ ОБСТАНОВКА
word-acknowledged-not-agreed = Прочитано, это не согласие
word-not-known = Неизвестно
word-silence = Молчание не является согласием
word-machine-receipt = Сохранено автоматически, это не ответ человека
word-overdue = Просрочено

## Labels of a message

label-message = Сообщение
label-said-by = Отправитель
label-said-to = Адресат
label-exchange = Обмен
label-refers-to = К сообщению
label-topic = Тема
label-from = Начало
label-until = Окончание
label-flight = Полёт
label-flight-of = Полёт стороны { $party }
label-action-asked = Запрошенное действие
label-action-promised = Обещанное действие
label-amount = На сколько
label-volume = Объём { $number }
label-centre = Центр
label-radius = Радиус
label-corner = Вершина { $number }
label-lower = Нижняя граница
label-upper = Верхняя граница
word-open-downwards = Нижней границы нет
word-open-upwards = Верхней границы нет
label-own-words-of = Собственные слова стороны { $party }
label-answer = Ответ
label-answer-by = Ответ ожидается до
label-covers = Ответ охватывает
label-referred-to = Кому передано
label-test-text = Текст проверки
label-stored-at = Сохранено в
label-held-by = Данные, как они сохранены стороной { $party }
label-difference = Расхождение в поле
label-sent = Отправлено
label-stored = Сохранено
label-apart = Расстояние между ними
label-on-watch = Дежурная должность
label-key = Ключ
label-fingerprint = Отпечаток сертификата
label-note = Текст

## Labels of a commitment

label-commitment = Обязательство
label-promised-by = Обязавшаяся сторона
label-offered-by = Предложила сторона
label-milestone = Этап { $number }
label-deadline = Срок
label-evidence = Чем доказывается
word-both-must-sign = Действует только после подписания обеими сторонами
word-both-signed = Подписано обеими сторонами
word-one-signed = Подписано одной стороной, не действует
word-contested = Заявления сторон расходятся
word-milestone-due = Срок прошёл, сообщения нет

## Labels of an exchange

label-matter = Вид
label-opened-by = Открыла сторона
label-opened-at = Время открытия
label-state = Состояние
label-earlier-messages = Более ранние сообщения, не показаны
label-counter-by = Встречное предложение стороны
label-turn = Следующее слово за стороной
label-waits-for = Ожидается действие стороны
label-receipt-due = Срок доставки
label-answer-due = Срок ответа
label-notice-given = Заблаговременность уведомления
label-notice-agreed = Оговорённая наименьшая заблаговременность
word-before-start = до начала
word-after-start = после начала
word-notice-short = Заблаговременность меньше оговорённой
label-number = Номер
label-sent-at = Отправлено в
label-delivered-at = Доставлено в
label-read-back = Повтор
word-read-back-same = Сверен, данные совпадают
label-read-at = Прочитано человеком в

## Labels of the line

label-line = Линия
label-line-with = Линия со стороной
label-as-of = По состоянию на
label-messages-from = Направление от стороны { $party }
word-direction-carries = Работает
word-direction-silent = Молчит
label-heard-at = Последний раз работало в
label-suspended-by = Приостановила сторона
word-suspended-still-carries = Сигналы бедствия и проверки линии проходят
label-clocks-apart = Часы стороны { $party } впереди на
label-round-trip = Время туда и обратно
label-outbox = Ещё не доставлено сообщений
label-not-taken = Отклонено другим постом, его причина
label-test-answered-by = Последний ответ стороны { $party } на проверку линии
label-test-age = Возраст последней успешной проверки линии
word-test-overdue = Проверка линии просрочена
label-watch-of = Дежурная должность стороны { $party }
label-since = С момента
label-fault = Правило, нарушенное другой стороной
word-fault-no-effect = Сохранено в записи, последствий не имеет
label-key-of = Ключ, предложенный стороной { $party }
label-certificate-of = Сертификат, предложенный стороной { $party }, его отпечаток
label-proposed-at = Предложено в
label-accepted-at = Принято другой стороной в

## Labels of the agreed times

label-terms = Сроки
word-terms-agreed = Согласованы обеими сторонами
word-terms-default = По умолчанию, обеими сторонами не согласованы
word-both-must-propose = Действует, только когда обе стороны предложат одно и то же
label-receipt-within = Доставка в течение
label-answer-within = Ответ в течение
label-notice-least = Наименьшая заблаговременность
label-telephone-after = Телефон через
label-test-every = Проверка линии не реже чем раз в
label-clocks-may-differ = Допустимое расхождение часов

## Witnesses: third parties whom both sides name

subject-tests = Проверки линии
subject-notices = Уведомления
subject-requests = Запросы
subject-questions = Вопросы
subject-reports = Донесения об инцидентах
subject-distress = Сигналы бедствия
subject-commitments = Обязательства
subject-line-itself = Сама линия
witness-proposed-by-us = Указан только этой стороной, ничего не читает
witness-proposed-by-them = Указан только другой стороной, ничего не читает
witness-named-differently = Указан обеими сторонами, но по-разному, ничего не читает
witness-in-force = Указан обеими сторонами одинаково, читает
witness-dismissed = Отстранён, больше ничего не читает
label-witness = Свидетель
label-witness-desk = Пост свидетеля
label-witness-reads = Что читает свидетель
label-witness-from = Только сказанное начиная с
label-witness-named-by = Указала сторона
word-both-must-name = Действует, только когда обе стороны укажут свидетеля одинаково
word-witness-reads-no-more = Свидетель больше ничего не читает
word-withheld = Свидетелю не передано, передан только хеш

## Labels of an alarm

label-due = Срок
label-time-left = Осталось
label-overdue-by = Просрочено на
label-shelved-until = Отложено до
label-shelved-by = Кто отложил
label-reason = Причина
