<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>CommandLine</name>
    <message>
        <source>Offers this computer&apos;s GPU and CPU time, and runs jobs where they cost least.</source>
        <translation>Bietet die Rechenzeit dieses Computers an und rechnet Aufträge dort, wo sie am wenigsten kosten.</translation>
    </message>
    <message>
        <source>A manifest, a kernel or a folder for a new job.</source>
        <translation>Ein Manifest, ein Kernel oder ein Ordner für einen neuen Auftrag.</translation>
    </message>
    <message>
        <source>The Unix socket of the daemon.</source>
        <translation>Der Unix-Socket des Daemons.</translation>
    </message>
    <message>
        <source>path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>The address of a daemon elsewhere: wss://host:port/.</source>
        <translation>Die Adresse eines Daemons anderswo: wss://host:port/.</translation>
    </message>
    <message>
        <source>url</source>
        <translation>URL</translation>
    </message>
    <message>
        <source>Holds the token for --url.</source>
        <translation>Enthält das Token für --url.</translation>
    </message>
    <message>
        <source>file</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>A daemon that was saved under this name.</source>
        <translation>Ein Daemon, der unter diesem Namen gespeichert ist.</translation>
    </message>
    <message>
        <source>name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Plays a recorded session; no daemon is needed.</source>
        <translation>Spielt eine Aufzeichnung ab; es braucht keinen Daemon.</translation>
    </message>
    <message>
        <source>Records the session with the daemon.</source>
        <translation>Zeichnet die Sitzung mit dem Daemon auf.</translation>
    </message>
    <message>
        <source>The page to begin with.</source>
        <translation>Die erste Seite.</translation>
    </message>
    <message>
        <source>Colours: system, light or dark.</source>
        <translation>Farben: system, light oder dark.</translation>
    </message>
    <message>
        <source>As &quot;de&quot; or &quot;en&quot;, in place of the system&apos;s.</source>
        <translation>Etwa „de“ oder „en“ statt der des Systems.</translation>
    </message>
    <message>
        <source>Begins in the tray, where there is one.</source>
        <translation>Beginnt im Infobereich, wo es einen gibt.</translation>
    </message>
    <message>
        <source>Saves pictures of all pages in a folder and ends.</source>
        <translation>Speichert Bilder aller Seiten in einem Ordner und endet.</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>--help lists what there is.</source>
        <translation>--help nennt, was es gibt.</translation>
    </message>
    <message>
        <source>%1 and %2 both say where the daemon is: give one</source>
        <translation>%1 und %2 sagen beide, wo der Daemon ist: nur eines angeben</translation>
    </message>
    <message>
        <source>--url and --token-file go together: rpc.websocket.token_file of the daemon names the file</source>
        <translation>--url und --token-file gehören zusammen: rpc.websocket.token_file des Daemons nennt die Datei</translation>
    </message>
    <message>
        <source>--record with --replay would record a recording: leave one out</source>
        <translation>--record mit --replay würde eine Aufzeichnung aufzeichnen: eines weglassen</translation>
    </message>
    <message>
        <source>--%1 needs a value that is not empty</source>
        <translation>--%1 braucht einen Wert, der nicht leer ist</translation>
    </message>
    <message>
        <source>there is no page &quot;%1&quot;: write one of %2</source>
        <translation>es gibt keine Seite „%1“: eine von %2 angeben</translation>
    </message>
    <message>
        <source>--theme is &quot;%1&quot;: write system, light or dark</source>
        <translation>--theme ist „%1“: system, light oder dark angeben</translation>
    </message>
    <message>
        <source>%1 files are named, the limit is %2: name their folder</source>
        <translation>%1 Dateien sind genannt, höchstens %2 dürfen es sein: ihren Ordner nennen</translation>
    </message>
    <message>
        <source>there is no file &quot;%1&quot;</source>
        <translation>es gibt keine Datei „%1“</translation>
    </message>
</context>
<context>
    <name>DonationText</name>
    <message>
        <source>Connecting</source>
        <translation>Verbindet</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Abgewiesen</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Donating</source>
        <translation>Spendet</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Läuft aus</translation>
    </message>
    <message>
        <source>Not donating</source>
        <translation>Spendet nicht</translation>
    </message>
</context>
<context>
    <name>OfflineText</name>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>The service is starting</source>
        <translation>Der Dienst startet</translation>
    </message>
    <message>
        <source>The service has failed; journalctl --user -u quernd says why</source>
        <translation>Der Dienst ist gescheitert; journalctl --user -u quernd sagt, warum</translation>
    </message>
    <message>
        <source>The service is not running</source>
        <translation>Der Dienst läuft nicht</translation>
    </message>
    <message>
        <source>Start service</source>
        <translation>Dienst starten</translation>
    </message>
</context>
<context>
    <name>QuantityText</name>
    <message>
        <source>%1 cr</source>
        <translation>%1 cr</translation>
    </message>
    <message>
        <source>%1 cr/h</source>
        <translation>%1 cr/h</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 d</source>
        <translation>%1 d</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 °C</source>
        <translation>%1 °C</translation>
    </message>
    <message>
        <source>%1 W</source>
        <translation>%1 W</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message>
        <source>%1 min ago</source>
        <translation>vor %1 min</translation>
    </message>
    <message>
        <source>%1 h ago</source>
        <translation>vor %1 h</translation>
    </message>
    <message>
        <source>over</source>
        <translation>vorbei</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>in %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::Application</name>
    <message>
        <source>there is no daemon saved as &quot;%1&quot;: add it in the window, under Choose daemon</source>
        <translation>es ist kein Daemon als „%1“ gespeichert: im Fenster unter „Daemon wählen“ hinzufügen</translation>
    </message>
    <message>
        <source>Command line</source>
        <translation>Befehlszeile</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be written: %2</source>
        <translation>„%1“ lässt sich nicht schreiben: %2</translation>
    </message>
    <message>
        <source>The recording has ended: %1</source>
        <translation>Die Aufzeichnung ist zu Ende: %1</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be changed</source>
        <translation>„%1“ lässt sich nicht ändern</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::DonationControl</name>
    <message>
        <source>For 30 minutes</source>
        <translation>Für 30 Minuten</translation>
    </message>
    <message>
        <source>For 1 hour</source>
        <translation>Für 1 Stunde</translation>
    </message>
    <message>
        <source>For 3 hours</source>
        <translation>Für 3 Stunden</translation>
    </message>
    <message>
        <source>Until tomorrow, %1</source>
        <translation>Bis morgen, %1</translation>
    </message>
    <message>
        <source>Until I resume</source>
        <translation>Bis ich fortsetze</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::MainWindow</name>
    <message>
        <source>Quern</source>
        <translation>Quern</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>New job</source>
        <translation>Neuer Auftrag</translation>
    </message>
    <message>
        <source>Pause donating</source>
        <translation>Spenden pausieren</translation>
    </message>
    <message>
        <source>Resume donating</source>
        <translation>Spenden fortsetzen</translation>
    </message>
    <message>
        <source>Resumes</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Peers</source>
        <translation>Peers</translation>
    </message>
    <message>
        <source>Connected to</source>
        <translation>Verbunden mit</translation>
    </message>
    <message>
        <source>Choose daemon…</source>
        <translation>Daemon wählen …</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::NoticeWatch</name>
    <message>
        <source>The connection to the daemon is lost</source>
        <translation>Die Verbindung zum Daemon ist verloren</translation>
    </message>
    <message>
        <source>Job finished: %1</source>
        <translation>Auftrag fertig: %1</translation>
    </message>
    <message>
        <source>It cost %1</source>
        <translation>Er hat %1 gekostet</translation>
    </message>
    <message>
        <source>Job failed: %1</source>
        <translation>Auftrag gescheitert: %1</translation>
    </message>
    <message>
        <source>No reason is known</source>
        <translation>Ein Grund ist nicht bekannt</translation>
    </message>
    <message>
        <source>No longer offered: %1</source>
        <translation>Nicht mehr angeboten: %1</translation>
    </message>
    <message>
        <source>The daemon does not say why</source>
        <translation>Der Daemon sagt nicht, warum</translation>
    </message>
    <message>
        <source>Device lost: %1</source>
        <translation>Gerät verloren: %1</translation>
    </message>
    <message>
        <source>It is not there any more</source>
        <translation>Es ist nicht mehr da</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::Notifications</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Quern</source>
        <translation>Quern</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::ProfilesDialog</name>
    <message>
        <source>Daemons</source>
        <translation>Daemons</translation>
    </message>
    <message>
        <source>Which daemon this app shows</source>
        <translation>Welchen Daemon diese App zeigt</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Where it is</source>
        <translation>Wo er ist</translation>
    </message>
    <message>
        <source>Socket</source>
        <translation>Socket</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Reached by</source>
        <translation>Erreicht über</translation>
    </message>
    <message>
        <source>Token file</source>
        <translation>Token-Datei</translation>
    </message>
    <message>
        <source>a copy of the daemon&apos;s rpc.token</source>
        <translation>eine Kopie von rpc.token des Daemons</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>The last one stays: change it instead</source>
        <translation>Der letzte bleibt: stattdessen ändern</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::Screenshots</name>
    <message>
        <source>the daemon has not said what it is</source>
        <translation>der Daemon hat nicht gesagt, was er ist</translation>
    </message>
    <message>
        <source>the folder &quot;%1&quot; cannot be made</source>
        <translation>der Ordner „%1“ lässt sich nicht anlegen</translation>
    </message>
    <message>
        <source>the picture &quot;%1&quot; cannot be written</source>
        <translation>das Bild „%1“ lässt sich nicht schreiben</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::Tray</name>
    <message>
        <source>Open Quern</source>
        <translation>Quern öffnen</translation>
    </message>
    <message>
        <source>Pause donating</source>
        <translation>Spenden pausieren</translation>
    </message>
    <message>
        <source>Resume donating</source>
        <translation>Spenden fortsetzen</translation>
    </message>
    <message>
        <source>New job…</source>
        <translation>Neuer Auftrag …</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>Einstellungen …</translation>
    </message>
    <message>
        <source>Quit window (service keeps running)</source>
        <translation>Fenster beenden (Dienst läuft weiter)</translation>
    </message>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n Auftrag</numerusform>
            <numerusform>%n Aufträge</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 today</source>
        <translation>%1 heute</translation>
    </message>
    <message>
        <source>Quern: %1</source>
        <translation>Quern: %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::client::Connection</name>
    <message>
        <source>there is no connection to the daemon</source>
        <translation>es besteht keine Verbindung zum Daemon</translation>
    </message>
    <message>
        <source>the daemon did not answer in time</source>
        <translation>der Daemon hat nicht rechtzeitig geantwortet</translation>
    </message>
    <message>
        <source>the daemon does not answer</source>
        <translation>der Daemon antwortet nicht</translation>
    </message>
    <message>
        <source>see its log</source>
        <translation>sein Protokoll ansehen</translation>
    </message>
    <message>
        <source>the connection was closed</source>
        <translation>die Verbindung wurde geschlossen</translation>
    </message>
    <message>
        <source>what answers there is no Quern daemon: %1</source>
        <translation>was dort antwortet, ist kein Quern-Daemon: %1</translation>
    </message>
    <message>
        <source>choose another machine</source>
        <translation>einen anderen Rechner wählen</translation>
    </message>
    <message>
        <source>the daemon does not take the token</source>
        <translation>der Daemon nimmt das Token nicht an</translation>
    </message>
    <message>
        <source>name the file of its token: rpc.websocket.token_file</source>
        <translation>die Datei seines Tokens nennen: rpc.websocket.token_file</translation>
    </message>
</context>
<context>
    <name>quern::desktop::client::LocalTransport</name>
    <message>
        <source>the daemon has closed the connection</source>
        <translation>der Daemon hat die Verbindung geschlossen</translation>
    </message>
    <message>
        <source>the daemon does not read what is sent to it</source>
        <translation>der Daemon liest nicht, was ihm gesendet wird</translation>
    </message>
    <message>
        <source>see its log</source>
        <translation>sein Protokoll ansehen</translation>
    </message>
    <message>
        <source>a message is longer than %1 bytes</source>
        <translation>eine Nachricht ist länger als %1 Bytes</translation>
    </message>
    <message>
        <source>no daemon listens at %1</source>
        <translation>bei %1 ist kein Daemon erreichbar</translation>
    </message>
    <message>
        <source>start the service</source>
        <translation>den Dienst starten</translation>
    </message>
    <message>
        <source>this user may not open %1</source>
        <translation>dieser Benutzer darf %1 nicht öffnen</translation>
    </message>
    <message>
        <source>connect as the user whose daemon it is</source>
        <translation>als der Benutzer verbinden, dem der Daemon gehört</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::client::Profiles</name>
    <message>
        <source>%1 is longer than %2 characters</source>
        <translation>%1 ist länger als %2 Zeichen</translation>
    </message>
    <message>
        <source>%1 &quot;%2&quot; is not an absolute path: it must begin with a slash</source>
        <translation>%1 „%2“ ist kein absoluter Pfad: er muss mit einem Schrägstrich beginnen</translation>
    </message>
    <message>
        <source>the address is longer than %1 characters</source>
        <translation>die Adresse ist länger als %1 Zeichen</translation>
    </message>
    <message>
        <source>the address &quot;%1&quot; is none of a daemon: write wss://host:port/</source>
        <translation>die Adresse „%1“ ist keine eines Daemons: wss://host:port/ angeben</translation>
    </message>
    <message>
        <source>the address holds a name or a password: put the token into a file instead</source>
        <translation>die Adresse enthält einen Namen oder ein Passwort: das Token stattdessen in eine Datei legen</translation>
    </message>
    <message>
        <source>ws://%1 would send the token readable by all: use wss://, or forward the daemon&apos;s socket with SSH</source>
        <translation>ws://%1 würde das Token für alle lesbar senden: wss:// verwenden oder den Socket des Daemons mit SSH weiterleiten</translation>
    </message>
    <message>
        <source>the name &quot;%1&quot; must have 1 to %2 characters</source>
        <translation>der Name „%1“ muss 1 bis %2 Zeichen haben</translation>
    </message>
    <message>
        <source>&quot;%1&quot; needs either a socket or an address</source>
        <translation>„%1“ braucht entweder einen Socket oder eine Adresse</translation>
    </message>
    <message>
        <source>the socket</source>
        <translation>der Socket</translation>
    </message>
    <message>
        <source>the socket&apos;s path is longer than %1 bytes: %2</source>
        <translation>der Pfad des Sockets ist länger als %1 Bytes: %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; needs the daemon&apos;s token file: rpc.websocket.token_file names it</source>
        <translation>„%1“ braucht die Token-Datei des Daemons: rpc.websocket.token_file nennt sie</translation>
    </message>
    <message>
        <source>the token file</source>
        <translation>die Token-Datei</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>there are two profiles called &quot;%1&quot;</source>
        <translation>es gibt zwei Profile namens „%1“</translation>
    </message>
    <message>
        <source>there is a profile called &quot;%1&quot; already: choose another name</source>
        <translation>es gibt schon ein Profil namens „%1“: einen anderen Namen wählen</translation>
    </message>
    <message>
        <source>there are %1 profiles already: remove one first</source>
        <translation>es gibt schon %1 Profile: zuerst eines entfernen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::client::Recorder</name>
    <message>
        <source>the recording has no answer to this</source>
        <translation>die Aufzeichnung hat darauf keine Antwort</translation>
    </message>
    <message>
        <source>connect to a daemon</source>
        <translation>mit einem Daemon verbinden</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>the recording has ended: it may have %1 bytes</source>
        <translation>die Aufzeichnung ist zu Ende: sie darf %1 Bytes haben</translation>
    </message>
    <message>
        <source>the recording cannot be written: %1</source>
        <translation>die Aufzeichnung lässt sich nicht schreiben: %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::client::WebSocketTransport</name>
    <message>
        <source>what answers at %1 is no Quern daemon</source>
        <translation>was bei %1 antwortet, ist kein Quern-Daemon</translation>
    </message>
    <message>
        <source>the daemon has closed the connection</source>
        <translation>der Daemon hat die Verbindung geschlossen</translation>
    </message>
    <message>
        <source>the token cannot be read: %1</source>
        <translation>das Token lässt sich nicht lesen: %1</translation>
    </message>
    <message>
        <source>copy the daemon&apos;s token file and name it in the profile</source>
        <translation>die Token-Datei des Daemons kopieren und im Profil nennen</translation>
    </message>
    <message>
        <source>the daemon does not read what is sent to it</source>
        <translation>der Daemon liest nicht, was ihm gesendet wird</translation>
    </message>
    <message>
        <source>see its log</source>
        <translation>sein Protokoll ansehen</translation>
    </message>
    <message>
        <source>%1 does not take the token</source>
        <translation>%1 nimmt das Token nicht an</translation>
    </message>
    <message>
        <source>name the file of its token: rpc.websocket.token_file</source>
        <translation>die Datei seines Tokens nennen: rpc.websocket.token_file</translation>
    </message>
    <message>
        <source>no daemon listens at %1: %2</source>
        <translation>bei %1 ist kein Daemon erreichbar: %2</translation>
    </message>
    <message>
        <source>start the daemon there</source>
        <translation>den Daemon dort starten</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 does not answer any more</source>
        <translation>%1 antwortet nicht mehr</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::JobModel</name>
    <message>
        <source>Queued</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Gescheitert</translation>
    </message>
    <message>
        <source>Canceling</source>
        <translation>Wird abgebrochen</translation>
    </message>
    <message>
        <source>Canceled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Auftrag</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Vergangen</translation>
    </message>
    <message>
        <source>Cost so far</source>
        <translation>Kosten bisher</translation>
    </message>
    <message>
        <source>Submitted</source>
        <translation>Eingereicht</translation>
    </message>
    <message>
        <source>%1 · %2 of %3 tasks</source>
        <translation>%1 · %2 von %3 Aufgaben</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::OfferModel</name>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>Accelerator</source>
        <translation>Beschleuniger</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Anderes</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Price/h</source>
        <translation>Preis/h</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Work/credit</source>
        <translation>Arbeit/Credit</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Umlaufzeit</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Leitung</translation>
    </message>
    <message>
        <source>Set-up</source>
        <translation>Einrichtung</translation>
    </message>
    <message>
        <source>Holds</source>
        <translation>Gilt noch</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>here</source>
        <translation>hier</translation>
    </message>
    <message>
        <source>this node</source>
        <translation>dieser Knoten</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::PeerModel</name>
    <message>
        <source>Blocked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Peer</source>
        <translation>Peer</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Umlaufzeit</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Cheapest</source>
        <translation>Günstigstes</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Programm</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::QuoteModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>Von – bis</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Price/h</source>
        <translation>Preis/h</translation>
    </message>
    <message>
        <source>Why not</source>
        <translation>Warum nicht</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::Reader</name>
    <message>
        <source>the query is longer than %1 characters</source>
        <translation>die Abfrage ist länger als %1 Zeichen</translation>
    </message>
    <message>
        <source>there are more than %1 conditions</source>
        <translation>es gibt mehr als %1 Bedingungen</translation>
    </message>
    <message>
        <source>the quotes do not end</source>
        <translation>die Anführungszeichen enden nicht</translation>
    </message>
    <message>
        <source>there is no field &quot;%1&quot;; there are: %2</source>
        <translation>es gibt kein Feld „%1“; es gibt: %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; needs a value</source>
        <translation>„%1“ braucht einen Wert</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be compared so</source>
        <translation>„%1“ lässt sich so nicht vergleichen</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no value of &quot;%2&quot;: write %3</source>
        <translation>„%1“ ist kein Wert von „%2“: %3 angeben</translation>
    </message>
    <message>
        <source>yes or no</source>
        <translation>yes oder no</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::ReceiptModel</name>
    <message>
        <source>Settled</source>
        <translation>Abgerechnet</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>Ausstehend</translation>
    </message>
    <message>
        <source>Unpaid</source>
        <translation>Unbezahlt</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Auftrag</translation>
    </message>
    <message>
        <source>Peer</source>
        <translation>Peer</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Credits</source>
        <translation>Credits</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::TaskModel</name>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>Versuche</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::WorkModel</name>
    <message>
        <source>Job</source>
        <translation>Auftrag</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Vergangen</translation>
    </message>
    <message>
        <source>Earned</source>
        <translation>Verdient</translation>
    </message>
    <message>
        <source>Ending</source>
        <translation>Endet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>task %1 of %2</source>
        <translation>Aufgabe %1 von %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::FirstRunPage</name>
    <message>
        <source>Welcome to Quern</source>
        <translation>Willkommen bei Quern</translation>
    </message>
    <message>
        <source>Lend what your computer does not need, and earn credits that run your own jobs elsewhere</source>
        <translation>Verleihen, was der Computer nicht braucht, und damit eigene Aufträge anderswo rechnen</translation>
    </message>
    <message>
        <source>1. The service</source>
        <translation>1. Der Dienst</translation>
    </message>
    <message>
        <source>Start the service when I log in</source>
        <translation>Den Dienst starten, wenn ich mich anmelde</translation>
    </message>
    <message>
        <source>Start the service</source>
        <translation>Dienst starten</translation>
    </message>
    <message>
        <source>Choose a daemon…</source>
        <translation>Daemon wählen …</translation>
    </message>
    <message>
        <source>2. What this machine can offer</source>
        <translation>2. Was dieser Rechner anbieten kann</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Start donating</source>
        <translation>Spenden beginnen</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Connected to %1</source>
        <translation>Verbunden mit %1</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbindet</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>This daemon does not tell what its machine has</source>
        <translation>Dieser Daemon sagt nicht, was sein Rechner hat</translation>
    </message>
    <message>
        <source>Shown as soon as the service runs</source>
        <translation>Erscheint, sobald der Dienst läuft</translation>
    </message>
    <message>
        <source>No device was found that could compute for others</source>
        <translation>Es wurde kein Gerät gefunden, das für andere rechnen könnte</translation>
    </message>
    <message numerus="yes">
        <source>Nothing is offered until you confirm; %n more on the page Machine</source>
        <translation>
            <numerusform>Nichts wird angeboten, bevor Sie zustimmen; %n weiteres auf der Seite Rechner</numerusform>
            <numerusform>Nichts wird angeboten, bevor Sie zustimmen; %n weitere auf der Seite Rechner</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is offered until you confirm</source>
        <translation>Nichts wird angeboten, bevor Sie zustimmen</translation>
    </message>
    <message>
        <source>Offer %1</source>
        <translation>%1 anbieten</translation>
    </message>
    <message>
        <source>Price of %1</source>
        <translation>Preis von %1</translation>
    </message>
    <message>
        <source>cr/h</source>
        <translation>cr/h</translation>
    </message>
    <message>
        <source>%1 is the median of similar devices</source>
        <translation>%1 ist der Median gleicher Geräte</translation>
    </message>
    <message>
        <source>%1 is the median of others, by speed</source>
        <translation>%1 ist der Median anderer, nach Tempo</translation>
    </message>
    <message>
        <source>%1 is its price now</source>
        <translation>%1 ist sein jetziger Preis</translation>
    </message>
    <message>
        <source>%1 to begin with: nobody offers anything similar yet</source>
        <translation>%1 für den Anfang: noch bietet niemand Ähnliches an</translation>
    </message>
    <message>
        <source>Jobs of others run in a sandbox without network; you can pause at any time</source>
        <translation>Aufträge anderer laufen in einer Sandbox ohne Netz; eine Pause ist jederzeit möglich</translation>
    </message>
    <message>
        <source>Jobs of others run in a sandbox without network (%1); you can pause at any time</source>
        <translation>Aufträge anderer laufen in einer Sandbox ohne Netz (%1); eine Pause ist jederzeit möglich</translation>
    </message>
    <message>
        <source>Nothing is offered: %1</source>
        <translation>Nichts wird angeboten: %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::Banner</name>
    <message>
        <source>Close the message</source>
        <translation>Meldung schließen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::KeyValueList</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::KpiTile</name>
    <message>
        <source>The recent past</source>
        <translation>Die jüngste Vergangenheit</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::Legend</name>
    <message>
        <source>Legend: %1</source>
        <translation>Legende: %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::PeerMap</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>round trip not known</source>
        <translation>Umlaufzeit unbekannt</translation>
    </message>
    <message numerus="yes">
        <source>%n devices</source>
        <translation>
            <numerusform>%n Gerät</numerusform>
            <numerusform>%n Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>relay</source>
        <translation>Relais</translation>
    </message>
    <message>
        <source>through a relay</source>
        <translation>über ein Relais</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::SideNavigation</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::StatusCard</name>
    <message>
        <source>Switch to light colours</source>
        <translation>Zu hellen Farben wechseln</translation>
    </message>
    <message>
        <source>Switch to dark colours</source>
        <translation>Zu dunklen Farben wechseln</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::TopologyView</name>
    <message>
        <source>%1 percent busy</source>
        <translation>%1 Prozent ausgelastet</translation>
    </message>
    <message>
        <source>Core %1</source>
        <translation>Kern %1</translation>
    </message>
    <message numerus="yes">
        <source>%n cores</source>
        <translation>
            <numerusform>%n Kern</numerusform>
            <numerusform>%n Kerne</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::WeekGrid</name>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Only when idle</source>
        <translation>Nur im Leerlauf</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
</context>
</TS>
