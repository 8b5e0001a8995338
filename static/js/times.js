// The server writes times in UTC; here they become the reader's own.
const clock = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'});
const calendar = new Intl.DateTimeFormat(undefined, {dateStyle: 'long', timeStyle: 'short'});
const days = new Intl.DateTimeFormat(undefined, {dateStyle: 'long'});

for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) continue;
  const today = at.toDateString() === new Date().toDateString();
  const short = {date: calendar, day: days}[time.dataset.form] ?? (today ? clock : calendar);
  time.textContent = short.format(at);
}
