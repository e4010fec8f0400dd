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
    <message>
        <source>there is no screen: neither WAYLAND_DISPLAY nor DISPLAY is set. Start it in a desktop session; to take pictures without one, set QT_QPA_PLATFORM=offscreen</source>
        <translation>Es gibt keinen Bildschirm: Weder WAYLAND_DISPLAY noch DISPLAY ist gesetzt. In einer Desktopsitzung starten; für Bilder ohne eine solche QT_QPA_PLATFORM=offscreen setzen</translation>
    </message>
    <message>
        <source>Authorities that vouch for --url, as PEM, in place of the system&apos;s.</source>
        <translation>Zertifizierungsstellen, die für --url bürgen, als PEM, statt derer des Systems.</translation>
    </message>
    <message>
        <source>--ca-file goes with --url: it says who vouches for the daemon there</source>
        <translation>--ca-file gehört zu --url: es sagt, wer für den Daemon dort bürgt</translation>
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
    <name>EarningsView</name>
    <message>
        <source>d MMM</source>
        <comment>a day on the axis</comment>
        <translation>d. MMM</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>Andere</translation>
    </message>
</context>
<context>
    <name>EmptyLogText</name>
    <message>
        <source>Select a job to see what it prints.</source>
        <translation>Einen Auftrag auswählen, um seine Ausgabe zu sehen.</translation>
    </message>
    <message>
        <source>The log is no longer kept: the service was restarted after this job began.</source>
        <translation>Das Protokoll ist nicht mehr vorhanden: Der Dienst wurde nach dem Beginn dieses Auftrags neu gestartet.</translation>
    </message>
    <message>
        <source>The job has printed nothing.</source>
        <translation>Der Auftrag hat nichts ausgegeben.</translation>
    </message>
    <message>
        <source>The log is read once the service is connected again.</source>
        <translation>Das Protokoll wird gelesen, sobald der Dienst wieder verbunden ist.</translation>
    </message>
    <message>
        <source>The log could not be read.</source>
        <translation>Das Protokoll ließ sich nicht lesen.</translation>
    </message>
    <message>
        <source>Reading the log…</source>
        <translation>Protokoll wird gelesen …</translation>
    </message>
    <message>
        <source>No output yet: the job waits for a provider.</source>
        <translation>Noch keine Ausgabe: Der Auftrag wartet auf einen Anbieter.</translation>
    </message>
    <message>
        <source>No output yet: the job is being prepared.</source>
        <translation>Noch keine Ausgabe: Der Auftrag wird vorbereitet.</translation>
    </message>
    <message>
        <source>No output yet.</source>
        <translation>Noch keine Ausgabe.</translation>
    </message>
</context>
<context>
    <name>FailureText</name>
    <message>
        <source>It did not work</source>
        <translation>Es hat nicht geklappt</translation>
    </message>
</context>
<context>
    <name>JobFolderText</name>
    <message>
        <source>%1 is not there.</source>
        <translation>%1 ist nicht da.</translation>
    </message>
    <message>
        <source>%1 is no regular file.</source>
        <translation>%1 ist keine gewöhnliche Datei.</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2.</source>
        <translation>%1 lässt sich nicht lesen: %2.</translation>
    </message>
    <message>
        <source>%1 has %2 bytes; the limit is %3.</source>
        <translation>%1 hat %2 Bytes; erlaubt sind %3.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>inputs[%1]: %2 is not the file that the manifest means. It has %3 bytes and the digest sha256:%4; the manifest says %5 bytes and sha256:%6. Correct the manifest, or bring the file back.</source>
        <translation>inputs[%1]: %2 ist nicht die Datei, die das Manifest meint. Sie hat %3 Bytes und die Prüfsumme sha256:%4; das Manifest sagt %5 Bytes und sha256:%6. Berichtigen Sie das Manifest oder stellen Sie die Datei wieder her.</translation>
    </message>
</context>
<context>
    <name>JobPlaceText</name>
    <message>
        <source>waits until its provider has ended it</source>
        <translation>wartet, bis der Anbieter ihn beendet hat</translation>
    </message>
    <message>
        <source>waits: %1</source>
        <translation>wartet: %1</translation>
    </message>
    <message>
        <source>waits for its provider: terms are agreed on, inputs are sent</source>
        <translation>wartet auf den Anbieter: Bedingungen werden vereinbart, Eingaben gesendet</translation>
    </message>
    <message>
        <source>waits for another provider, as at the last one: %1</source>
        <translation>wartet auf einen anderen Anbieter, denn beim letzten: %1</translation>
    </message>
    <message>
        <source>waits for a provider</source>
        <translation>wartet auf einen Anbieter</translation>
    </message>
    <message numerus="yes">
        <source>%n devices</source>
        <translation>
            <numerusform>%n Gerät</numerusform>
            <numerusform>%n Geräte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>of %n providers</source>
        <translation>
            <numerusform>von %n Anbieter</numerusform>
            <numerusform>von %n Anbietern</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobRetry</name>
    <message>
        <source>No answer has come from %1: the job may have started again there. Look at its Jobs, where it can be stopped, before you try again.</source>
        <translation>Von %1 ist keine Antwort gekommen: Der Auftrag läuft dort vielleicht schon wieder. Sehen Sie dort unter Aufträge nach, wo er sich anhalten lässt, bevor Sie es noch einmal versuchen.</translation>
    </message>
</context>
<context>
    <name>KernelDraftText</name>
    <message>
        <source>&quot;%1&quot; is no number</source>
        <translation>„%1“ ist keine Zahl</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no whole number</source>
        <translation>„%1“ ist keine ganze Zahl</translation>
    </message>
    <message>
        <source>a buffer must have 1 byte to 1 TiB</source>
        <translation>ein Puffer muss 1 Byte bis 1 TiB groß sein</translation>
    </message>
    <message>
        <source>an output has at most 64 MiB</source>
        <translation>eine Ausgabe hat höchstens 64 MiB</translation>
    </message>
    <message>
        <source>local memory must have 1 byte to 16 MiB</source>
        <translation>lokaler Speicher muss 1 Byte bis 16 MiB groß sein</translation>
    </message>
    <message>
        <source>its type cannot be described: images, vectors and structures are not known</source>
        <translation>sein Typ lässt sich nicht beschreiben: Bilder, Vektoren und Strukturen sind nicht bekannt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>has %1 bytes; the limit is %2</source>
        <translation>hat %1 Bytes; erlaubt sind %2</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>the source has none</source>
        <translation>die Quelle hat keinen</translation>
    </message>
    <message>
        <source>Global size</source>
        <translation>Globale Größe</translation>
    </message>
    <message>
        <source>must be 1 to 3 numbers, as 640 x 360</source>
        <translation>müssen 1 bis 3 Zahlen sein, etwa 640 x 360</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>Argumente</translation>
    </message>
    <message>
        <source>some have no value</source>
        <translation>einige haben keinen Wert</translation>
    </message>
</context>
<context>
    <name>ManifestText</name>
    <message>
        <source>is missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>&quot;%1&quot; must be there, and a number from 0 to 67108864</source>
        <translation>„%1“ muss angegeben sein, als Zahl von 0 bis 67108864</translation>
    </message>
    <message>
        <source>must be a list of 1 to 64 files</source>
        <translation>muss eine Liste von 1 bis 64 Dateien sein</translation>
    </message>
    <message>
        <source>must be &quot;sha256:&quot; and 64 hexadecimal digits</source>
        <translation>muss „sha256:“ und 64 hexadezimale Ziffern sein</translation>
    </message>
    <message>
        <source>must be at most 64 files</source>
        <translation>dürfen höchstens 64 Dateien sein</translation>
    </message>
    <message>
        <source>a path must have 1 to 255 bytes; &quot;%1&quot; has %2</source>
        <translation>ein Pfad muss 1 bis 255 Bytes haben; „%1“ hat %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has a backslash or a control character in it</source>
        <translation>„%1“ enthält einen umgekehrten Schrägstrich oder ein Steuerzeichen</translation>
    </message>
    <message>
        <source>&quot;%1&quot; leads out of the job&apos;s folder: name a file inside it</source>
        <translation>„%1“ führt aus dem Ordner des Auftrags hinaus: eine Datei darin nennen</translation>
    </message>
    <message>
        <source>The manifest has %1 bytes; the limit is %2.</source>
        <translation>Das Manifest hat %1 Bytes; erlaubt sind %2.</translation>
    </message>
    <message>
        <source>This is no JSON: %1.</source>
        <translation>Das ist kein JSON: %1.</translation>
    </message>
    <message>
        <source>This is no job: a manifest is one JSON object.</source>
        <translation>Das ist kein Auftrag: Ein Manifest ist ein einziges JSON-Objekt.</translation>
    </message>
</context>
<context>
    <name>OfferQueryText</name>
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
    <name>PeerViewText</name>
    <message>
        <source>relay</source>
        <translation>Relais</translation>
    </message>
    <message>
        <source>QUIC</source>
        <translation>QUIC</translation>
    </message>
    <message>
        <source>WebSocket</source>
        <translation>WebSocket</translation>
    </message>
    <message>
        <source>TCP</source>
        <translation>TCP</translation>
    </message>
    <message numerus="yes">
        <source>%Ln connected</source>
        <translation>
            <numerusform>%Ln verbunden</numerusform>
            <numerusform>%Ln verbunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln providers</source>
        <translation>
            <numerusform>%Ln Anbieter</numerusform>
            <numerusform>%Ln Anbieter</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln through a relay</source>
        <translation>
            <numerusform>%Ln über ein Relais</numerusform>
            <numerusform>%Ln über ein Relais</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln blocked</source>
        <translation>
            <numerusform>%Ln gesperrt</numerusform>
            <numerusform>%Ln gesperrt</numerusform>
        </translation>
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
    <name>ReasonText</name>
    <message>
        <source>the node does not take jobs of this kind</source>
        <translation>der Knoten nimmt Aufträge dieser Art nicht an</translation>
    </message>
    <message>
        <source>use another node</source>
        <translation>einen anderen Knoten nehmen</translation>
    </message>
    <message>
        <source>the device is not of the type the job asks for</source>
        <translation>das Gerät ist nicht von der Art, die der Auftrag verlangt</translation>
    </message>
    <message>
        <source>allow it in resources.deviceType</source>
        <translation>es in resources.deviceType zulassen</translation>
    </message>
    <message>
        <source>the device has too little memory</source>
        <translation>das Gerät hat zu wenig Speicher</translation>
    </message>
    <message>
        <source>lower resources.minGlobalMemBytes or make the buffers smaller</source>
        <translation>resources.minGlobalMemBytes senken oder die Puffer verkleinern</translation>
    </message>
    <message>
        <source>a buffer is larger than the device allocates in one piece</source>
        <translation>ein Puffer ist größer, als das Gerät am Stück zuteilt</translation>
    </message>
    <message>
        <source>split the buffer</source>
        <translation>den Puffer aufteilen</translation>
    </message>
    <message>
        <source>the device has too little local memory for a work-group</source>
        <translation>das Gerät hat zu wenig lokalen Speicher für eine Work-Group</translation>
    </message>
    <message>
        <source>make local arguments smaller</source>
        <translation>lokale Argumente verkleinern</translation>
    </message>
    <message>
        <source>the device speaks an older OpenCL than the job asks for</source>
        <translation>das Gerät beherrscht nur ein älteres OpenCL, als der Auftrag verlangt</translation>
    </message>
    <message>
        <source>lower resources.minOpenCLVersion</source>
        <translation>resources.minOpenCLVersion senken</translation>
    </message>
    <message>
        <source>the device lacks an extension the job asks for</source>
        <translation>dem Gerät fehlt eine Erweiterung, die der Auftrag verlangt</translation>
    </message>
    <message>
        <source>take it out of resources.extensions</source>
        <translation>sie aus resources.extensions streichen</translation>
    </message>
    <message>
        <source>the job asks for more host memory than the node grants</source>
        <translation>der Auftrag verlangt mehr Hauptspeicher, als der Knoten gewährt</translation>
    </message>
    <message>
        <source>lower resources.memoryBytes</source>
        <translation>resources.memoryBytes senken</translation>
    </message>
    <message>
        <source>the job asks for more processor cores than the node grants</source>
        <translation>der Auftrag verlangt mehr Prozessorkerne, als der Knoten gewährt</translation>
    </message>
    <message>
        <source>lower resources.cpuCores</source>
        <translation>resources.cpuCores senken</translation>
    </message>
    <message>
        <source>the job asks for more scratch space than the node grants</source>
        <translation>der Auftrag verlangt mehr Arbeitsplatz auf dem Datenträger, als der Knoten gewährt</translation>
    </message>
    <message>
        <source>lower resources.scratchBytes</source>
        <translation>resources.scratchBytes senken</translation>
    </message>
    <message>
        <source>the job asks for more time than the node grants</source>
        <translation>der Auftrag verlangt mehr Zeit, als der Knoten gewährt</translation>
    </message>
    <message>
        <source>lower resources.walltimeSeconds or split the job</source>
        <translation>resources.walltimeSeconds senken oder den Auftrag aufteilen</translation>
    </message>
    <message>
        <source>the inputs are larger than the node takes</source>
        <translation>die Eingaben sind größer, als der Knoten annimmt</translation>
    </message>
    <message>
        <source>make the inputs smaller</source>
        <translation>die Eingaben verkleinern</translation>
    </message>
    <message>
        <source>the outputs are larger than the node returns</source>
        <translation>die Ausgaben sind größer, als der Knoten zurückgibt</translation>
    </message>
    <message>
        <source>lower outputs[].maxBytes or split the job</source>
        <translation>outputs[].maxBytes senken oder den Auftrag aufteilen</translation>
    </message>
    <message>
        <source>the job is expected to cost more there than it may</source>
        <translation>der Auftrag kostet dort voraussichtlich mehr, als er darf</translation>
    </message>
    <message>
        <source>raise what bounds it: --max-price, price.maxTotal or submitter.max_price</source>
        <translation>die Grenze anheben: --max-price, price.maxTotal oder submitter.max_price</translation>
    </message>
    <message>
        <source>the node&apos;s offer is no longer valid</source>
        <translation>das Angebot des Knotens gilt nicht mehr</translation>
    </message>
    <message>
        <source>wait for its next offer</source>
        <translation>auf sein nächstes Angebot warten</translation>
    </message>
    <message>
        <source>the node has withdrawn its offer</source>
        <translation>der Knoten hat sein Angebot zurückgezogen</translation>
    </message>
    <message>
        <source>wait until it offers again</source>
        <translation>warten, bis er wieder anbietet</translation>
    </message>
    <message>
        <source>nothing says how much work the job is, so no price can be given</source>
        <translation>nichts sagt, wie viel Arbeit der Auftrag ist, daher lässt sich kein Preis nennen</translation>
    </message>
    <message>
        <source>say it in work, or let a trial shard run</source>
        <translation>sie in work angeben oder einen Probelauf zulassen</translation>
    </message>
    <message>
        <source>the node is excluded by the submitter</source>
        <translation>der Knoten ist vom Auftraggeber ausgeschlossen</translation>
    </message>
    <message>
        <source>change --exclude, --only or submitter.exclude, or unblock it</source>
        <translation>--exclude, --only oder submitter.exclude ändern oder ihn nicht mehr sperren</translation>
    </message>
    <message>
        <source>the node offers no device</source>
        <translation>der Knoten bietet kein Gerät an</translation>
    </message>
    <message>
        <source>the device is this node&apos;s own, and a node does not buy of itself</source>
        <translation>das Gerät gehört diesem Knoten selbst, und ein Knoten kauft nicht bei sich</translation>
    </message>
    <message>
        <source>connect to other nodes, or submit the job at another node</source>
        <translation>mit anderen Knoten verbinden oder den Auftrag bei einem anderen einreichen</translation>
    </message>
    <message>
        <source>no offer is known</source>
        <translation>kein Angebot ist bekannt</translation>
    </message>
    <message>
        <source>look at `quern peers`, and name nodes to connect to in overlay.peers</source>
        <translation>`quern peers` ansehen und in overlay.peers Knoten zum Verbinden nennen</translation>
    </message>
    <message>
        <source>the job is expected to run longer there than it may</source>
        <translation>der Auftrag läuft dort voraussichtlich länger, als er darf</translation>
    </message>
    <message>
        <source>raise resources.walltimeSeconds or split the job into more shards</source>
        <translation>resources.walltimeSeconds anheben oder den Auftrag in mehr Teile aufteilen</translation>
    </message>
    <message>
        <source>the device is taken</source>
        <translation>das Gerät ist belegt</translation>
    </message>
    <message>
        <source>try again later</source>
        <translation>es später erneut versuchen</translation>
    </message>
    <message>
        <source>the node takes no new work because it is about to stop</source>
        <translation>der Knoten nimmt keine neue Arbeit an, weil er bald anhält</translation>
    </message>
    <message>
        <source>the node&apos;s sandbox cannot hold a job of this kind</source>
        <translation>die Sandbox des Knotens kann einen Auftrag dieser Art nicht einschließen</translation>
    </message>
    <message>
        <source>its operator finds the missing part in `quern status`</source>
        <translation>sein Betreiber findet den fehlenden Teil mit `quern status`</translation>
    </message>
    <message>
        <source>the job&apos;s manifest is not valid</source>
        <translation>das Manifest des Auftrags ist ungültig</translation>
    </message>
    <message>
        <source>correct it</source>
        <translation>es berichtigen</translation>
    </message>
    <message>
        <source>the demand refers to an offer that the node does not have</source>
        <translation>die Anfrage bezieht sich auf ein Angebot, das der Knoten nicht hat</translation>
    </message>
    <message>
        <source>fetch the node&apos;s offers again</source>
        <translation>die Angebote des Knotens neu holen</translation>
    </message>
    <message>
        <source>the demand came after the time it was valid for</source>
        <translation>die Anfrage kam nach der Zeit, für die sie galt</translation>
    </message>
    <message>
        <source>ask again</source>
        <translation>erneut fragen</translation>
    </message>
    <message>
        <source>the bid was accepted after the time it was binding for</source>
        <translation>das Gebot wurde nach der Zeit angenommen, für die es band</translation>
    </message>
    <message>
        <source>the terms are not those that were offered</source>
        <translation>die Bedingungen sind nicht die angebotenen</translation>
    </message>
    <message>
        <source>the node does not work for this submitter</source>
        <translation>der Knoten arbeitet nicht für diesen Auftraggeber</translation>
    </message>
    <message>
        <source>ask its operator</source>
        <translation>seinen Betreiber fragen</translation>
    </message>
    <message>
        <source>the submitter owes the node as much as it may</source>
        <translation>der Auftraggeber schuldet dem Knoten so viel, wie er darf</translation>
    </message>
    <message>
        <source>settle, or use another node</source>
        <translation>abrechnen oder einen anderen Knoten nehmen</translation>
    </message>
    <message>
        <source>the job costs more than its submitter allows, or may do so</source>
        <translation>der Auftrag kostet mehr, als sein Auftraggeber erlaubt, oder könnte es</translation>
    </message>
    <message>
        <source>correct or leave out `work`, raise the job&apos;s highest price, or raise submitter.budget (what is owed uses it up as well, and stays owed: see `quern ledger`)</source>
        <translation>`work` berichtigen oder weglassen, den Höchstpreis des Auftrags anheben oder submitter.budget anheben (auch Geschuldetes zehrt daran und bleibt geschuldet: siehe `quern ledger`)</translation>
    </message>
    <message>
        <source>too many requests</source>
        <translation>zu viele Anfragen</translation>
    </message>
    <message>
        <source>ask more slowly</source>
        <translation>langsamer fragen</translation>
    </message>
    <message>
        <source>the node knows of no such agreement</source>
        <translation>der Knoten kennt keine solche Vereinbarung</translation>
    </message>
    <message>
        <source>the job has done what it was to do</source>
        <translation>der Auftrag hat getan, was er sollte</translation>
    </message>
    <message>
        <source>the submitter canceled the job</source>
        <translation>der Auftraggeber hat den Auftrag abgebrochen</translation>
    </message>
    <message>
        <source>the node needed the device itself</source>
        <translation>der Knoten brauchte das Gerät selbst</translation>
    </message>
    <message>
        <source>the job runs again elsewhere</source>
        <translation>der Auftrag läuft anderswo noch einmal</translation>
    </message>
    <message>
        <source>the program does not compile</source>
        <translation>das Programm lässt sich nicht übersetzen</translation>
    </message>
    <message>
        <source>read the build log</source>
        <translation>das Protokoll der Übersetzung lesen</translation>
    </message>
    <message>
        <source>the program has no kernel of that name</source>
        <translation>das Programm hat keinen Kernel dieses Namens</translation>
    </message>
    <message>
        <source>correct steps[].kernel</source>
        <translation>steps[].kernel berichtigen</translation>
    </message>
    <message>
        <source>the arguments do not fit the kernel</source>
        <translation>die Argumente passen nicht zum Kernel</translation>
    </message>
    <message>
        <source>correct steps[].args</source>
        <translation>steps[].args berichtigen</translation>
    </message>
    <message>
        <source>the device refused or broke off a kernel</source>
        <translation>das Gerät hat einen Kernel verweigert oder abgebrochen</translation>
    </message>
    <message>
        <source>read the log; work sizes and buffer bounds are the usual causes</source>
        <translation>das Protokoll lesen; meist liegt es an Arbeitsgrößen und Puffergrenzen</translation>
    </message>
    <message>
        <source>the job ran longer than it may</source>
        <translation>der Auftrag lief länger, als er darf</translation>
    </message>
    <message>
        <source>raise resources.walltimeSeconds or split the job</source>
        <translation>resources.walltimeSeconds anheben oder den Auftrag aufteilen</translation>
    </message>
    <message>
        <source>the job used more device time than was agreed</source>
        <translation>der Auftrag brauchte mehr Gerätezeit als vereinbart</translation>
    </message>
    <message>
        <source>raise --max-price or split the job</source>
        <translation>--max-price anheben oder den Auftrag aufteilen</translation>
    </message>
    <message>
        <source>the job used more processor time than it may</source>
        <translation>der Auftrag brauchte mehr Prozessorzeit, als er darf</translation>
    </message>
    <message>
        <source>raise resources.walltimeSeconds or resources.cpuCores</source>
        <translation>resources.walltimeSeconds oder resources.cpuCores anheben</translation>
    </message>
    <message>
        <source>the job used more memory than it may</source>
        <translation>der Auftrag brauchte mehr Speicher, als er darf</translation>
    </message>
    <message>
        <source>raise resources.memoryBytes</source>
        <translation>resources.memoryBytes anheben</translation>
    </message>
    <message>
        <source>the job filled its scratch space</source>
        <translation>der Auftrag hat seinen Arbeitsplatz auf dem Datenträger gefüllt</translation>
    </message>
    <message>
        <source>raise resources.scratchBytes</source>
        <translation>resources.scratchBytes anheben</translation>
    </message>
    <message>
        <source>an output is larger than was declared</source>
        <translation>eine Ausgabe ist größer als angegeben</translation>
    </message>
    <message>
        <source>raise outputs[].maxBytes</source>
        <translation>outputs[].maxBytes anheben</translation>
    </message>
    <message>
        <source>the job wrote more log than it may</source>
        <translation>der Auftrag schrieb mehr Protokoll, als er darf</translation>
    </message>
    <message>
        <source>print less</source>
        <translation>weniger ausgeben</translation>
    </message>
    <message>
        <source>the job started more processes than it may</source>
        <translation>der Auftrag startete mehr Prozesse, als er darf</translation>
    </message>
    <message>
        <source>start fewer</source>
        <translation>weniger starten</translation>
    </message>
    <message>
        <source>the job made a system call that the sandbox forbids</source>
        <translation>der Auftrag machte einen Systemaufruf, den die Sandbox verbietet</translation>
    </message>
    <message>
        <source>do without it</source>
        <translation>ohne ihn auskommen</translation>
    </message>
    <message>
        <source>the process that ran the job died</source>
        <translation>der Prozess, der den Auftrag ausführte, ist abgestürzt</translation>
    </message>
    <message>
        <source>out-of-bounds accesses of a kernel are the usual cause</source>
        <translation>meist liegt es an Zugriffen eines Kernels außerhalb seiner Puffer</translation>
    </message>
    <message>
        <source>the command ended with an error</source>
        <translation>der Befehl endete mit einem Fehler</translation>
    </message>
    <message>
        <source>read the log</source>
        <translation>das Protokoll lesen</translation>
    </message>
    <message>
        <source>an input was not delivered</source>
        <translation>eine Eingabe wurde nicht geliefert</translation>
    </message>
    <message>
        <source>submit the job again</source>
        <translation>den Auftrag erneut einreichen</translation>
    </message>
    <message>
        <source>an input is not what its digest says</source>
        <translation>eine Eingabe passt nicht zu ihrer Prüfsumme</translation>
    </message>
    <message>
        <source>a declared output was not written</source>
        <translation>eine angegebene Ausgabe wurde nicht geschrieben</translation>
    </message>
    <message>
        <source>correct outputs[]</source>
        <translation>outputs[] berichtigen</translation>
    </message>
    <message>
        <source>the device is gone</source>
        <translation>das Gerät ist weg</translation>
    </message>
    <message>
        <source>the device does not answer</source>
        <translation>das Gerät antwortet nicht</translation>
    </message>
    <message>
        <source>every node that was tried has failed</source>
        <translation>jeder versuchte Knoten ist gescheitert</translation>
    </message>
    <message>
        <source>read the attempts&apos; reasons</source>
        <translation>die Gründe der Versuche lesen</translation>
    </message>
    <message>
        <source>another task of the job has failed</source>
        <translation>eine andere Aufgabe des Auftrags ist gescheitert</translation>
    </message>
    <message>
        <source>read that task&apos;s reason</source>
        <translation>den Grund jener Aufgabe lesen</translation>
    </message>
    <message>
        <source>a signature does not hold</source>
        <translation>eine Signatur stimmt nicht</translation>
    </message>
    <message>
        <source>a record is not one</source>
        <translation>ein Eintrag ist keiner</translation>
    </message>
    <message>
        <source>a record came twice</source>
        <translation>ein Eintrag kam zweimal</translation>
    </message>
    <message>
        <source>a record came before one that it follows</source>
        <translation>ein Eintrag kam vor einem, auf den er folgt</translation>
    </message>
    <message>
        <source>a record came after the agreement had ended</source>
        <translation>ein Eintrag kam nach dem Ende der Vereinbarung</translation>
    </message>
    <message>
        <source>a record does not follow the one before it</source>
        <translation>ein Eintrag schließt nicht an den vorigen an</translation>
    </message>
    <message>
        <source>a record was signed by another than the one it binds</source>
        <translation>ein Eintrag ist von einem anderen signiert als dem, den er bindet</translation>
    </message>
    <message>
        <source>a usage note says less than the one before</source>
        <translation>eine Verbrauchsmeldung nennt weniger als die vorige</translation>
    </message>
    <message>
        <source>an amount is not what the rates and the usage make it</source>
        <translation>ein Betrag ist nicht der, den Preise und Verbrauch ergeben</translation>
    </message>
    <message>
        <source>a usage note is above what was agreed or can be</source>
        <translation>eine Verbrauchsmeldung liegt über dem, was vereinbart war oder sein kann</translation>
    </message>
    <message>
        <source>the submitter did not acknowledge usage in time</source>
        <translation>der Auftraggeber hat den Verbrauch nicht rechtzeitig bestätigt</translation>
    </message>
    <message>
        <source>check the submitter&apos;s connection</source>
        <translation>die Verbindung des Auftraggebers prüfen</translation>
    </message>
    <message>
        <source>a voucher is for less than the usage it acknowledges</source>
        <translation>eine Bestätigung ist niedriger als der Verbrauch, den sie bestätigt</translation>
    </message>
    <message>
        <source>an output is not what the receipt says</source>
        <translation>eine Ausgabe ist nicht, was der Beleg sagt</translation>
    </message>
    <message>
        <source>records are missing at the end of the trail</source>
        <translation>am Ende des Nachweises fehlen Einträge</translation>
    </message>
    <message>
        <source>the provider is out of reach</source>
        <translation>der Anbieter ist nicht erreichbar</translation>
    </message>
    <message>
        <source>the submitter is out of reach</source>
        <translation>der Auftraggeber ist nicht erreichbar</translation>
    </message>
    <message>
        <source>the provider was restarted while the job ran</source>
        <translation>der Anbieter wurde neu gestartet, während der Auftrag lief</translation>
    </message>
    <message>
        <source>the submitter was restarted before the job had ended</source>
        <translation>der Auftraggeber wurde neu gestartet, bevor der Auftrag zu Ende war</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>free space in the data directory of the node that says so</source>
        <translation>Platz im Datenverzeichnis des Knotens schaffen, der das meldet</translation>
    </message>
    <message>
        <source>the node is stopping</source>
        <translation>der Knoten hält an</translation>
    </message>
    <message>
        <source>try again when it runs</source>
        <translation>es erneut versuchen, wenn er läuft</translation>
    </message>
    <message>
        <source>the node met a defect of its own</source>
        <translation>der Knoten ist auf einen eigenen Fehler gestoßen</translation>
    </message>
    <message>
        <source>report it with the log</source>
        <translation>ihn mit dem Protokoll melden</translation>
    </message>
    <message>
        <source>the clocks of two nodes differ by too much</source>
        <translation>die Uhren zweier Knoten weichen zu weit voneinander ab</translation>
    </message>
    <message>
        <source>set the clock that is wrong (`timedatectl` shows a machine&apos;s)</source>
        <translation>die falsche Uhr stellen (`timedatectl` zeigt die eines Rechners)</translation>
    </message>
    <message>
        <source>the node&apos;s database is damaged</source>
        <translation>die Datenbank des Knotens ist beschädigt</translation>
    </message>
    <message>
        <source>stop the node, move the files quern.sqlite* out of its data directory and start it: what the agreements on the disk say is entered again; the list of jobs and older receipts are lost</source>
        <translation>den Knoten anhalten, die Dateien quern.sqlite* aus seinem Datenverzeichnis nehmen und ihn starten: Was die Vereinbarungen auf dem Datenträger sagen, wird neu eingetragen; die Liste der Aufträge und ältere Belege sind verloren</translation>
    </message>
    <message>
        <source>the message is not JSON</source>
        <translation>die Nachricht ist kein JSON</translation>
    </message>
    <message>
        <source>the message is not a JSON-RPC 2.0 request</source>
        <translation>die Nachricht ist keine JSON-RPC-2.0-Anfrage</translation>
    </message>
    <message>
        <source>there is no such method</source>
        <translation>es gibt keine solche Methode</translation>
    </message>
    <message>
        <source>the parameters do not fit the method</source>
        <translation>die Parameter passen nicht zur Methode</translation>
    </message>
    <message>
        <source>the daemon met a defect of its own</source>
        <translation>der Daemon ist auf einen eigenen Fehler gestoßen</translation>
    </message>
    <message>
        <source>the daemon refuses</source>
        <translation>der Daemon lehnt ab</translation>
    </message>
    <message>
        <source>the caller has not shown the token</source>
        <translation>der Aufrufer hat das Token nicht gezeigt</translation>
    </message>
    <message>
        <source>too much is asked for</source>
        <translation>es wird zu viel verlangt</translation>
    </message>
    <message>
        <source>there is no such thing</source>
        <translation>das gibt es nicht</translation>
    </message>
    <message>
        <source>it could not be done</source>
        <translation>es ließ sich nicht ausführen</translation>
    </message>
    <message>
        <source>the server reports an error</source>
        <translation>der Server meldet einen Fehler</translation>
    </message>
</context>
<context>
    <name>SubmitParts</name>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>Anywhere instead</source>
        <translation>Stattdessen überall</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>Strategie</translation>
    </message>
    <message>
        <source>As the daemon is set</source>
        <translation>Wie der Daemon eingestellt ist</translation>
    </message>
    <message>
        <source>Cheapest</source>
        <translation>Am günstigsten</translation>
    </message>
    <message>
        <source>Fastest</source>
        <translation>Am schnellsten</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Spread over many</source>
        <translation>Auf viele verteilt</translation>
    </message>
    <message>
        <source>In turn</source>
        <translation>Reihum</translation>
    </message>
    <message>
        <source>cr</source>
        <translation>cr</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>Bedingungen</translation>
    </message>
    <message>
        <source>Quotes</source>
        <translation>Voranschläge</translation>
    </message>
    <message>
        <source>There are no offers.</source>
        <translation>Es gibt keine Angebote.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>any device</source>
        <translation>beliebiges Gerät</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>Longest time of a task</source>
        <translation>Längste Zeit einer Aufgabe</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Output %1</source>
        <translation>Ausgabe %1</translation>
    </message>
    <message>
        <source>at most %1</source>
        <translation>höchstens %1</translation>
    </message>
    <message>
        <source>Its own price limit</source>
        <translation>Eigene Preisgrenze</translation>
    </message>
    <message>
        <source>Weighted random</source>
        <translation>Zufällig, gewichtet</translation>
    </message>
    <message numerus="yes">
        <source>%Ln files, %1</source>
        <translation>
            <numerusform>%Ln Datei, %1</numerusform>
            <numerusform>%Ln Dateien, %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TopologyPainterText</name>
    <message>
        <source>Load</source>
        <translation>Auslastung</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
</context>
<context>
    <name>TopologyText</name>
    <message>
        <source>Linux %1</source>
        <translation>Linux %1</translation>
    </message>
    <message>
        <source>Package %1</source>
        <translation>Prozessor %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln cores</source>
        <translation>
            <numerusform>%Ln Kern</numerusform>
            <numerusform>%Ln Kerne</numerusform>
        </translation>
    </message>
    <message>
        <source>NUMA %1</source>
        <translation>NUMA %1</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>Kerne</translation>
    </message>
    <message>
        <source>%1 used</source>
        <translation>%1 belegt</translation>
    </message>
    <message>
        <source>%1, a part</source>
        <translation>%1, ein Teil</translation>
    </message>
    <message>
        <source>Memory without cores</source>
        <translation>Speicher ohne Kerne</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Auslastung</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>not offered</source>
        <translation>nicht angeboten</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>frei</translation>
    </message>
    <message numerus="yes">
        <source>%Ln GPUs</source>
        <translation>
            <numerusform>%Ln GPU</numerusform>
            <numerusform>%Ln GPUs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln devices offered to the network</source>
        <translation>
            <numerusform>%Ln Gerät im Netz angeboten</numerusform>
            <numerusform>%Ln Geräte im Netz angeboten</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing offered to the network</source>
        <translation>nichts im Netz angeboten</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>Core %1</source>
        <translation>Kern %1</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
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
    <message>
        <source>The recording has ended: another daemon was chosen</source>
        <translation>Die Aufzeichnung ist beendet: ein anderer Daemon wurde gewählt</translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::DevicePauses</name>
    <message>
        <source>Pause one device</source>
        <translation>Ein Gerät pausieren</translation>
    </message>
    <message>
        <source>Resume (paused, ends %1)</source>
        <translation>Fortsetzen (pausiert, endet %1)</translation>
    </message>
    <message>
        <source>Resume (paused)</source>
        <translation>Fortsetzen (pausiert)</translation>
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
        <source>Earned today</source>
        <translation>Heute verdient</translation>
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
    <message>
        <source>Machine</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Market</source>
        <translation>Markt</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Earnings</source>
        <translation>Einnahmen</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Daemon</source>
        <translation>Daemon</translation>
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
    <message>
        <source>CA file</source>
        <translation>CA-Datei</translation>
    </message>
    <message>
        <source>none: the system&apos;s authorities</source>
        <translation>keine: die Stellen des Systems</translation>
    </message>
    <message>
        <source>Saved, but of no use: %1</source>
        <translation>Gespeichert, aber unbrauchbar: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n are saved, but of no use; the first: %1</source>
        <translation>
            <numerusform>%n ist gespeichert, aber unbrauchbar: %1</numerusform>
            <numerusform>%n sind gespeichert, aber unbrauchbar; der erste: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
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
        <source>%1 earned today</source>
        <translation>%1 heute verdient</translation>
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
    <message>
        <source>a CA file is of use with wss:// only: &quot;%1&quot; shows no certificate</source>
        <translation>eine CA-Datei nützt nur mit wss://: „%1“ zeigt kein Zertifikat</translation>
    </message>
    <message>
        <source>the CA file</source>
        <translation>die CA-Datei</translation>
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
    <name>quern::desktop::client::SettingsStore</name>
    <message>
        <source>the disk is full, or cannot be written to</source>
        <translation>die Platte ist voll oder nicht beschreibbar</translation>
    </message>
    <message>
        <source>The app&apos;s settings cannot be saved in &quot;%1&quot;: %2</source>
        <translation>Die Einstellungen der App können nicht in „%1“ gespeichert werden: %2</translation>
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
        <source>the CA file cannot be used: %1: %2</source>
        <translation>die CA-Datei ist nicht brauchbar: %1: %2</translation>
    </message>
    <message>
        <source>name a PEM file with the certificate of the authority that signed the daemon&apos;s, or none for the system&apos;s</source>
        <translation>eine PEM-Datei mit dem Zertifikat der Stelle angeben, die das des Daemons signiert hat, oder keine für die des Systems</translation>
    </message>
    <message>
        <source>it is larger than 1 MiB</source>
        <translation>sie ist größer als 1 MiB</translation>
    </message>
    <message>
        <source>it holds no certificate</source>
        <translation>sie enthält kein Zertifikat</translation>
    </message>
    <message>
        <source>%1 cannot be trusted: %2</source>
        <translation>%1 ist nicht vertrauenswürdig: %2</translation>
    </message>
    <message>
        <source>if its certificate is of an authority of your own, name that one&apos;s certificate as the CA file</source>
        <translation>ist sein Zertifikat von einer eigenen Stelle, deren Zertifikat als CA-Datei angeben</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>es gibt keine solche Datei</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::DaemonModels</name>
    <message>
        <source>%1 #%2</source>
        <translation>%1 #%2</translation>
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
        <translation>Fehler</translation>
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
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>No provider</source>
        <translation>Kein Anbieter</translation>
    </message>
    <message>
        <source>No provider yet</source>
        <translation>Noch kein Anbieter</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>%1 of %2 tasks · %3</source>
        <translation>%1 von %2 Aufgaben · %3</translation>
    </message>
    <message>
        <source>%1 tasks · %2</source>
        <translation>%1 Aufgaben · %2</translation>
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
    <message>
        <source>Likely cost</source>
        <translation>Voraussichtliche Kosten</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>Von – bis</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation>Probelauf</translation>
    </message>
    <message>
        <source>Why not</source>
        <translation>Warum nicht</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>OpenCL kernel</source>
        <translation>OpenCL-Kernel</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Inference</source>
        <translation>Inferenz</translation>
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
    <message>
        <source>Connected through a relay</source>
        <translation>Über ein Relais verbunden</translation>
    </message>
</context>
<context>
    <name>quern::desktop::models::QuoteModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>Von – bis</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation>Probelauf</translation>
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
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>Cost, cr</source>
        <translation>Kosten, cr</translation>
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
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>task %1, of %2 in all</source>
        <translation>Aufgabe %1, von insgesamt %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::AmountRow</name>
    <message>
        <source>%1: bounded</source>
        <translation>%1: begrenzt</translation>
    </message>
    <message>
        <source>cr</source>
        <translation>cr</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::CompareModel</name>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>%1, the best</source>
        <translation>%1, am besten</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>Was sich unterscheidet</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::DeviceControl</name>
    <message>
        <source>cr/h</source>
        <translation>cr/h</translation>
    </message>
    <message>
        <source>The service counts in whole micro-credits a second: the price becomes the nearest of these</source>
        <translation>Der Dienst rechnet in ganzen Mikro-Credits je Sekunde: Der Preis wird auf den nächsten davon gesetzt</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::DevicePanel</name>
    <message>
        <source>NUMA %1</source>
        <translation>NUMA %1</translation>
    </message>
    <message>
        <source>PCIe %1</source>
        <translation>PCIe %1</translation>
    </message>
    <message>
        <source>Offer this device</source>
        <translation>Dieses Gerät anbieten</translation>
    </message>
    <message>
        <source>Price of an hour</source>
        <translation>Preis einer Stunde</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Preis</translation>
    </message>
    <message>
        <source>Load, last 10 minutes</source>
        <translation>Auslastung, letzte 10 Minuten</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>Leistung</translation>
    </message>
    <message>
        <source>Recent jobs</source>
        <translation>Jüngste Aufträge</translation>
    </message>
    <message>
        <source>Resume this device</source>
        <translation>Dieses Gerät fortsetzen</translation>
    </message>
    <message>
        <source>Pause this device</source>
        <translation>Dieses Gerät pausieren</translation>
    </message>
    <message numerus="yes">
        <source>%Ln offers of others, credits an hour</source>
        <translation>
            <numerusform>%Ln Angebot anderer, Credits je Stunde</numerusform>
            <numerusform>%Ln Angebote anderer, Credits je Stunde</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Fan</source>
        <translation>Lüfter</translation>
    </message>
    <message>
        <source>Measured speed</source>
        <translation>Gemessenes Tempo</translation>
    </message>
    <message>
        <source>Earned today</source>
        <translation>Heute verdient</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>%1, unpaid</source>
        <translation>%1, unbezahlt</translation>
    </message>
    <message>
        <source>Driver</source>
        <translation>Treiber</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>%1, median %2</source>
        <translation>%1, Median %2</translation>
    </message>
    <message>
        <source>Others offer this model for %1</source>
        <translation>Andere bieten dieses Modell für %1</translation>
    </message>
    <message>
        <source>Others offer the like for %1</source>
        <translation>Andere bieten Ähnliches für %1</translation>
    </message>
    <message>
        <source>Offered as soon as this machine is shared: switch that on in the preferences</source>
        <translation>Angeboten, sobald dieser Rechner geteilt wird: in den Einstellungen einschalten</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::DeviceRow</name>
    <message>
        <source>Price of an hour</source>
        <translation>Preis einer Stunde</translation>
    </message>
    <message>
        <source>Offer %1</source>
        <translation>%1 anbieten</translation>
    </message>
    <message>
        <source>Price of an hour of %1</source>
        <translation>Preis einer Stunde von %1</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Offered</source>
        <translation>Angeboten</translation>
    </message>
    <message>
        <source>Not offered</source>
        <translation>Nicht angeboten</translation>
    </message>
    <message>
        <source>Offered as soon as this machine is shared</source>
        <translation>Angeboten, sobald dieser Rechner geteilt wird</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::DropZone</name>
    <message>
        <source>Choose…</source>
        <translation>Auswählen …</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::EarningsPage</name>
    <message>
        <source>Earnings</source>
        <translation>Einnahmen</translation>
    </message>
    <message>
        <source>Export receipts</source>
        <translation>Belege exportieren</translation>
    </message>
    <message>
        <source>Comma-separated values (*.csv)</source>
        <translation>Kommagetrennte Werte (*.csv)</translation>
    </message>
    <message>
        <source>Money</source>
        <translation>Geld</translation>
    </message>
    <message>
        <source>Export CSV</source>
        <translation>CSV exportieren</translation>
    </message>
    <message>
        <source>Earned</source>
        <translation>Verdient</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>Ausgegeben</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>Guthaben</translation>
    </message>
    <message>
        <source>Earned today</source>
        <translation>Heute verdient</translation>
    </message>
    <message>
        <source>Spent today</source>
        <translation>Heute ausgegeben</translation>
    </message>
    <message numerus="yes">
        <source>Earned in %Ln days</source>
        <translation>
            <numerusform>An %Ln Tag verdient</numerusform>
            <numerusform>In %Ln Tagen verdient</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Spent in %Ln days</source>
        <translation>
            <numerusform>An %Ln Tag ausgegeben</numerusform>
            <numerusform>In %Ln Tagen ausgegeben</numerusform>
        </translation>
    </message>
    <message>
        <source>Not paid off yet</source>
        <translation>Noch nicht beglichen</translation>
    </message>
    <message>
        <source>Since midnight UTC</source>
        <translation>Seit Mitternacht UTC</translation>
    </message>
    <message>
        <source>How many days</source>
        <translation>Wie viele Tage</translation>
    </message>
    <message>
        <source>Divided by</source>
        <translation>Aufgeteilt nach</translation>
    </message>
    <message>
        <source>Credits per day</source>
        <translation>Credits pro Tag</translation>
    </message>
    <message>
        <source>Shares</source>
        <translation>Anteile</translation>
    </message>
    <message>
        <source>Nothing in these days.</source>
        <translation>Nichts in diesen Tagen.</translation>
    </message>
    <message>
        <source>7 d</source>
        <translation>7 T</translation>
    </message>
    <message>
        <source>30 d</source>
        <translation>30 T</translation>
    </message>
    <message>
        <source>90 d</source>
        <translation>90 T</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Peer</source>
        <translation>Peer</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Where it came from</source>
        <translation>Woher es kam</translation>
    </message>
    <message>
        <source>Receipts</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>This service does not tell of earnings</source>
        <translation>Dieser Dienst gibt keine Auskunft über Einnahmen</translation>
    </message>
    <message>
        <source>Nothing is known of earnings yet</source>
        <translation>Über Einnahmen ist noch nichts bekannt</translation>
    </message>
    <message>
        <source>A newer one does.</source>
        <translation>Ein neuerer tut es.</translation>
    </message>
    <message>
        <source>They are shown as soon as the service answers.</source>
        <translation>Sie erscheinen, sobald der Dienst antwortet.</translation>
    </message>
    <message>
        <source>Every credit below has a receipt signed by both sides</source>
        <translation>Zu jedem Credit unten gibt es einen von beiden Seiten signierten Beleg</translation>
    </message>
    <message>
        <source>the newest %1, more below</source>
        <translation>die neuesten %1, weitere darunter</translation>
    </message>
    <message numerus="yes">
        <source>%Ln in all</source>
        <translation>
            <numerusform>%Ln insgesamt</numerusform>
            <numerusform>%Ln insgesamt</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was earned yet</source>
        <translation>Noch nichts verdient</translation>
    </message>
    <message>
        <source>Nothing was spent yet</source>
        <translation>Noch nichts ausgegeben</translation>
    </message>
    <message>
        <source>cr</source>
        <translation>cr</translation>
    </message>
    <message>
        <source>of %1 earned</source>
        <translation>von %1 verdient</translation>
    </message>
    <message>
        <source>of %1 spent · %2 set aside for jobs</source>
        <translation>von %1 ausgegeben · %2 für Aufträge zurückgelegt</translation>
    </message>
    <message>
        <source>on the 30 days before</source>
        <translation>gegenüber den 30 Tagen davor</translation>
    </message>
    <message>
        <source>on a usual day</source>
        <translation>gegenüber einem üblichen Tag</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>quern-receipts.csv</source>
        <translation>quern-belege.csv</translation>
    </message>
    <message>
        <source>Nothing was exported: %1</source>
        <translation>Nichts wurde exportiert: %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln receipts were written to %1</source>
        <translation>
            <numerusform>%Ln Beleg wurde in %1 geschrieben</numerusform>
            <numerusform>%Ln Belege wurden in %1 geschrieben</numerusform>
        </translation>
    </message>
    <message>
        <source>Where it went</source>
        <translation>Wohin es ging</translation>
    </message>
    <message>
        <source>nothing before that</source>
        <translation>davor nichts</translation>
    </message>
    <message>
        <source>nothing pending</source>
        <translation>nichts ausstehend</translation>
    </message>
    <message>
        <source>%1 more pending</source>
        <translation>%1 noch ausstehend</translation>
    </message>
    <message>
        <source>Not known yet</source>
        <translation>Noch nicht bekannt</translation>
    </message>
    <message>
        <source>the newest %1; the exported file has all</source>
        <translation>die neuesten %1; die exportierte Datei enthält alle</translation>
    </message>
    <message>
        <source>Not known: %1</source>
        <translation>Nicht bekannt: %1</translation>
    </message>
    <message numerus="yes">
        <source>None among the newest %Ln receipts</source>
        <translation>
            <numerusform>Keine unter dem neuesten %Ln Beleg</numerusform>
            <numerusform>Keine unter den neuesten %Ln Belegen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 per kWh</source>
        <translation>%1 je kWh</translation>
    </message>
    <message>
        <source>Earned per kilowatt hour: %1</source>
        <translation>Verdient je Kilowattstunde: %1</translation>
    </message>
    <message>
        <source>What was earned in these days for each kilowatt hour that devices took while they worked for others, as far as they tell their power. Pay that is still to come is not in it.</source>
        <translation>Was an diesen Tagen je Kilowattstunde verdient wurde, die Geräte bei der Arbeit für andere verbrauchten, soweit sie ihre Leistung melden. Noch ausstehende Bezahlung ist nicht enthalten.</translation>
    </message>
    <message>
        <source>the service has changed</source>
        <translation>der Dienst hat gewechselt</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::FileFetch</name>
    <message>
        <source>%1 exists already; choose another folder.</source>
        <translation>%1 gibt es schon; wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2.</source>
        <translation>%1 lässt sich nicht schreiben: %2.</translation>
    </message>
    <message>
        <source>%1 is not of the size that the job says: fetch it again.</source>
        <translation>%1 hat nicht die Größe, die der Auftrag nennt: Holen Sie es erneut.</translation>
    </message>
    <message>
        <source>%1: what came is not what its digest says; fetch it again.</source>
        <translation>%1: Was ankam, passt nicht zur Prüfsumme; holen Sie es erneut.</translation>
    </message>
    <message>
        <source>This job has no paper trail yet: nobody has agreed to run it.</source>
        <translation>Dieser Auftrag hat noch keinen Nachweis: Niemand hat sich bereit erklärt, ihn auszuführen.</translation>
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
    <message>
        <source>Up to %1 while all of it works for others</source>
        <translation>Bis zu %1, solange all das für andere arbeitet</translation>
    </message>
    <message>
        <source>Choose daemon…</source>
        <translation>Daemon wählen …</translation>
    </message>
    <message>
        <source>Shared already; what you confirm replaces what is set</source>
        <translation>Wird schon geteilt; was Sie bestätigen, ersetzt, was eingestellt ist</translation>
    </message>
    <message>
        <source>It is not known whether sharing has begun: %1</source>
        <translation>Es ist nicht bekannt, ob das Teilen begonnen hat: %1</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::InputUpload</name>
    <message>
        <source>%1 has become shorter meanwhile.</source>
        <translation>%1 ist inzwischen kürzer geworden.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::JobPanel</name>
    <message>
        <source>What is shown of the job</source>
        <translation>Was vom Auftrag gezeigt wird</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Stop job</source>
        <translation>Auftrag anhalten</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Retry elsewhere</source>
        <translation>Anderswo versuchen</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Protokoll speichern</translation>
    </message>
    <message>
        <source>Save the files to</source>
        <translation>Dateien speichern in</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>As a new job, not at the providers where this one failed</source>
        <translation>Als neuer Auftrag, nicht bei den Anbietern, bei denen dieser gescheitert ist</translation>
    </message>
    <message>
        <source>Log of the job</source>
        <translation>Protokoll des Auftrags</translation>
    </message>
    <message>
        <source>Tasks of the job</source>
        <translation>Aufgaben des Auftrags</translation>
    </message>
    <message>
        <source>No tasks yet.</source>
        <translation>Noch keine Aufgaben.</translation>
    </message>
    <message>
        <source>Outputs of the job</source>
        <translation>Ausgaben des Auftrags</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Outputs are there once the job is done.</source>
        <translation>Ausgaben gibt es, sobald der Auftrag fertig ist.</translation>
    </message>
    <message>
        <source>Save the outputs…</source>
        <translation>Ausgaben speichern …</translation>
    </message>
    <message>
        <source>Save the paper trails…</source>
        <translation>Nachweise speichern …</translation>
    </message>
    <message>
        <source>Signed by both sides; anybody can check them with: quern verify</source>
        <translation>Von beiden Seiten signiert; jeder kann sie prüfen mit: quern verify</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Files that have come</source>
        <translation>Dateien, die angekommen sind</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) saved to %1.</source>
        <translation>
            <numerusform>%n Datei in %1 gespeichert.</numerusform>
            <numerusform>%n Dateien in %1 gespeichert.</numerusform>
        </translation>
    </message>
    <message>
        <source>No job is selected</source>
        <translation>Kein Auftrag ausgewählt</translation>
    </message>
    <message>
        <source>%1. What would help: %2</source>
        <translation>%1. Was helfen würde: %2</translation>
    </message>
    <message>
        <source>The log cannot be read: %1</source>
        <translation>Das Protokoll lässt sich nicht lesen: %1</translation>
    </message>
    <message>
        <source>The log is saved to %1.</source>
        <translation>Das Protokoll ist in %1 gespeichert.</translation>
    </message>
    <message>
        <source>What is kept of the log is saved to %1; the job wrote %2 more.</source>
        <translation>Was vom Protokoll aufbewahrt wird, ist in %1 gespeichert; der Auftrag schrieb %2 mehr.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::JobsPage</name>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Whose jobs</source>
        <translation>Wessen Aufträge</translation>
    </message>
    <message>
        <source>Which jobs</source>
        <translation>Welche Aufträge</translation>
    </message>
    <message>
        <source>Work for others</source>
        <translation>Arbeit für andere</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>Meine</translation>
    </message>
    <message>
        <source>Running here</source>
        <translation>Laufen hier</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Laufend</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>New job</source>
        <translation>Neuer Auftrag</translation>
    </message>
    <message>
        <source>%1 for others · %2 so far</source>
        <translation>%1 für andere · %2 bisher</translation>
    </message>
    <message numerus="yes">
        <source>%1 running</source>
        <translation>
            <numerusform>%1 läuft</numerusform>
            <numerusform>%1 laufen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 waiting</source>
        <translation>
            <numerusform>%1 wartet</numerusform>
            <numerusform>%1 warten</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 spent today</source>
        <translation>%1 heute ausgegeben</translation>
    </message>
    <message>
        <source>No jobs yet. Begin with New job.</source>
        <translation>Noch keine Aufträge. Beginnen Sie mit „Neuer Auftrag“.</translation>
    </message>
    <message>
        <source>None of the jobs is so.</source>
        <translation>Auf keinen Auftrag trifft das zu.</translation>
    </message>
    <message>
        <source>Nobody&apos;s job runs here now.</source>
        <translation>Gerade läuft hier kein fremder Auftrag.</translation>
    </message>
    <message>
        <source>Show older</source>
        <translation>Ältere anzeigen</translation>
    </message>
    <message>
        <source>The newest %1 of %2 jobs</source>
        <translation>Die neuesten %1 von %2 Aufträgen</translation>
    </message>
    <message>
        <source>No daemon has answered yet</source>
        <translation>Noch hat kein Daemon geantwortet</translation>
    </message>
    <message>
        <source>Jobs are shown as soon as a daemon answers.</source>
        <translation>Aufträge erscheinen, sobald ein Daemon antwortet.</translation>
    </message>
    <message numerus="yes">
        <source>%1 under way</source>
        <translation>
            <numerusform>%1 im Gange</numerusform>
            <numerusform>%1 im Gange</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::KernelForm</name>
    <message>
        <source>as 1024 or 640 x 360</source>
        <translation>etwa 1024 oder 640 x 360</translation>
    </message>
    <message>
        <source>as -D WIDTH=640</source>
        <translation>etwa -D WIDTH=640</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>Global size</source>
        <translation>Globale Größe</translation>
    </message>
    <message>
        <source>Build options</source>
        <translation>Übersetzungsoptionen</translation>
    </message>
    <message>
        <source>Longest time</source>
        <translation>Längste Zeit</translation>
    </message>
    <message>
        <source>%1 buffer, bytes</source>
        <translation>Puffer %1, Bytes</translation>
    </message>
    <message>
        <source>local %1, bytes</source>
        <translation>lokaler %1, Bytes</translation>
    </message>
    <message>
        <source>%1: cannot be described</source>
        <translation>%1: nicht beschreibbar</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>%1 is an output</source>
        <translation>%1 ist eine Ausgabe</translation>
    </message>
    <message>
        <source>Kernel: %1 has none.</source>
        <translation>Kernel: %1 hat keinen.</translation>
    </message>
    <message>
        <source>Global size: &quot;%1&quot; must be 1 to 3 numbers from 1 up, as 640 x 360.</source>
        <translation>Globale Größe: „%1“ müssen 1 bis 3 Zahlen ab 1 sein, etwa 640 x 360.</translation>
    </message>
    <message>
        <source>%1: &quot;%2&quot; is no number of bytes, as 4096 or 4 MiB.</source>
        <translation>%1: „%2“ ist keine Anzahl von Bytes wie 4096 oder 4 MiB.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::LimitRow</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1, there are %2</source>
        <translation>%1, vorhanden sind %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::LogSave</name>
    <message>
        <source>The log cannot be read: %1</source>
        <translation>Das Protokoll kann nicht gelesen werden: %1</translation>
    </message>
    <message>
        <source>The log cannot be read: its end is missing.</source>
        <translation>Das Protokoll kann nicht gelesen werden: Sein Ende fehlt.</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2.</source>
        <translation>%1 kann nicht geschrieben werden: %2.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::MachinePage</name>
    <message>
        <source>Machine</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Parts of the machine</source>
        <translation>Teile des Rechners</translation>
    </message>
    <message>
        <source>Colour of the cores</source>
        <translation>Farbe der Kerne</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Auslastung</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Preis</translation>
    </message>
    <message>
        <source>This service does not tell of its machine</source>
        <translation>Dieser Dienst gibt keine Auskunft über seinen Rechner</translation>
    </message>
    <message>
        <source>Nothing is known of the machine yet</source>
        <translation>Über den Rechner ist noch nichts bekannt</translation>
    </message>
    <message>
        <source>A newer one does.</source>
        <translation>Ein neuerer tut es.</translation>
    </message>
    <message>
        <source>It is shown as soon as the service answers.</source>
        <translation>Er erscheint, sobald der Dienst antwortet.</translation>
    </message>
    <message>
        <source>Given to jobs</source>
        <translation>An Aufträge vergeben</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alles</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>niedrigster</translation>
    </message>
    <message>
        <source>highest</source>
        <translation>höchster</translation>
    </message>
    <message>
        <source>Core load</source>
        <translation>Auslastung der Kerne</translation>
    </message>
    <message>
        <source>Donating is paused until %1. What runs goes on.</source>
        <translation>Das Spenden ist bis %1 pausiert. Was läuft, läuft weiter.</translation>
    </message>
    <message>
        <source>Donating is paused until you resume it. What runs goes on.</source>
        <translation>Das Spenden ist pausiert, bis Sie es fortsetzen. Was läuft, läuft weiter.</translation>
    </message>
    <message>
        <source>Ctrl + wheel zooms, arrows move</source>
        <translation>Strg + Rad zoomt, Pfeile wandern</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::MarketDetail</name>
    <message>
        <source>Set-up, once a task</source>
        <translation>Einrichtung, einmal je Aufgabe</translation>
    </message>
    <message>
        <source>A second of the device</source>
        <translation>Eine Sekunde des Geräts</translation>
    </message>
    <message>
        <source>A second of a CPU core</source>
        <translation>Eine Sekunde eines CPU-Kerns</translation>
    </message>
    <message>
        <source>A second of a GiB of memory</source>
        <translation>Eine Sekunde eines GiB Speicher</translation>
    </message>
    <message>
        <source>A GiB sent there</source>
        <translation>Ein GiB dorthin</translation>
    </message>
    <message>
        <source>A GiB fetched from there</source>
        <translation>Ein GiB von dort</translation>
    </message>
    <message>
        <source>A million tokens in</source>
        <translation>Eine Million Tokens hinein</translation>
    </message>
    <message>
        <source>A million cached tokens</source>
        <translation>Eine Million zwischengespeicherte Tokens</translation>
    </message>
    <message>
        <source>A million tokens out</source>
        <translation>Eine Million Tokens heraus</translation>
    </message>
    <message>
        <source>Run a job here</source>
        <translation>Auftrag hier ausführen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>What is charged</source>
        <translation>Was berechnet wird</translation>
    </message>
    <message>
        <source>No offer is selected</source>
        <translation>Kein Angebot ausgewählt</translation>
    </message>
    <message>
        <source>this node</source>
        <translation>dieser Knoten</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>%1 a day if it runs all day</source>
        <translation>%1 am Tag, wenn es den ganzen Tag läuft</translation>
    </message>
    <message>
        <source>The price is not known.</source>
        <translation>Der Preis ist nicht bekannt.</translation>
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
        <source>Measured fp32</source>
        <translation>Gemessen, fp32</translation>
    </message>
    <message>
        <source>Measured fp64</source>
        <translation>Gemessen, fp64</translation>
    </message>
    <message>
        <source>Measured memory</source>
        <translation>Gemessen, Speicher</translation>
    </message>
    <message>
        <source>Compute units</source>
        <translation>Recheneinheiten</translation>
    </message>
    <message>
        <source>OpenCL</source>
        <translation>OpenCL</translation>
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
        <source>Runs</source>
        <translation>Führt aus</translation>
    </message>
    <message>
        <source>Sandbox</source>
        <translation>Sandbox</translation>
    </message>
    <message>
        <source>Longest task</source>
        <translation>Längste Aufgabe</translation>
    </message>
    <message>
        <source>CPU cores</source>
        <translation>CPU-Kerne</translation>
    </message>
    <message>
        <source>Host memory</source>
        <translation>Hauptspeicher</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Your job here</source>
        <translation>Ihr Auftrag hier</translation>
    </message>
    <message>
        <source>Likely</source>
        <translation>Voraussichtlich</translation>
    </message>
    <message>
        <source>At least</source>
        <translation>Mindestens</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Its time on the device was measured by earlier runs; the rates below make the price.</source>
        <translation>Die Zeit auf dem Gerät wurde bei früheren Läufen gemessen; die Sätze unten ergeben den Preis.</translation>
    </message>
    <message>
        <source>Its time on the device follows from the work that the job states and the measured speeds; the rates below make the price.</source>
        <translation>Die Zeit auf dem Gerät ergibt sich aus der Arbeit, die der Auftrag nennt, und den gemessenen Tempi; die Sätze unten ergeben den Preis.</translation>
    </message>
    <message>
        <source>Your job has no price yet</source>
        <translation>Ihr Auftrag hat noch keinen Preis</translation>
    </message>
    <message>
        <source>A trial tells</source>
        <translation>Ein Probelauf zeigt es</translation>
    </message>
    <message>
        <source>Nothing tells what it takes there: a trial runs first, of some of it or all.</source>
        <translation>Nichts sagt, was er dort braucht: Zuerst läuft ein Probelauf, von einem Teil oder allem.</translation>
    </message>
    <message>
        <source>Your job cannot run here</source>
        <translation>Ihr Auftrag kann hier nicht laufen</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>What would have to change: %1</source>
        <translation>Was sich ändern müsste: %1</translation>
    </message>
    <message>
        <source>Your tasks there</source>
        <translation>Ihre Aufgaben dort</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>Bezahlt</translation>
    </message>
    <message>
        <source>Ends</source>
        <translation>Endet</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Festplatte</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::MarketFilters</name>
    <message>
        <source>Device or provider</source>
        <translation>Gerät oder Anbieter</translation>
    </message>
    <message>
        <source>Search device or provider</source>
        <translation>Gerät oder Anbieter suchen</translation>
    </message>
    <message>
        <source>Type of device</source>
        <translation>Art des Geräts</translation>
    </message>
    <message>
        <source>Any device</source>
        <translation>Alle Geräte</translation>
    </message>
    <message>
        <source>GPUs</source>
        <translation>GPUs</translation>
    </message>
    <message>
        <source>CPUs</source>
        <translation>CPUs</translation>
    </message>
    <message>
        <source>Accelerators</source>
        <translation>Beschleuniger</translation>
    </message>
    <message>
        <source>Memory at least</source>
        <translation>Speicher mindestens</translation>
    </message>
    <message>
        <source>Any memory</source>
        <translation>Beliebiger Speicher</translation>
    </message>
    <message>
        <source>≥ %1 GiB</source>
        <translation>≥ %1 GiB</translation>
    </message>
    <message>
        <source>Price ≤ cr/h</source>
        <translation>Preis ≤ cr/h</translation>
    </message>
    <message>
        <source>Price an hour at most, in credits</source>
        <translation>Preis je Stunde höchstens, in Credits</translation>
    </message>
    <message>
        <source>Query, as: rtt&lt;=50</source>
        <translation>Abfrage, etwa: rtt&lt;=50</translation>
    </message>
    <message>
        <source>Query line</source>
        <translation>Abfragezeile</translation>
    </message>
    <message>
        <source>Conditions as in &quot;quern offers&quot;: memory&gt;=16GiB price&lt;=0.5 rtt&lt;=50ms -own</source>
        <translation>Bedingungen wie bei „quern offers“: memory&gt;=16GiB price&lt;=0.5 rtt&lt;=50ms -own</translation>
    </message>
    <message>
        <source>Query: %1</source>
        <translation>Abfrage: %1</translation>
    </message>
    <message>
        <source>Query, at &quot;%1&quot;: %2</source>
        <translation>Abfrage, bei „%1“: %2</translation>
    </message>
    <message>
        <source>Price: &quot;%1&quot; is no number of credits with at most six decimals</source>
        <translation>Preis: „%1“ ist keine Zahl von Credits mit höchstens sechs Nachkommastellen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::MarketPage</name>
    <message>
        <source>Market</source>
        <translation>Markt</translation>
    </message>
    <message>
        <source>Offers</source>
        <translation>Angebote</translation>
    </message>
    <message>
        <source>Quote my job</source>
        <translation>Was kostet mein Auftrag?</translation>
    </message>
    <message>
        <source>Quote a job</source>
        <translation>Auftrag veranschlagen</translation>
    </message>
    <message>
        <source>Jobs (*.json);;All files (*)</source>
        <translation>Aufträge (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Forget this filter</source>
        <translation>Diesen Filter vergessen</translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation>Diesen Filter speichern</translation>
    </message>
    <message>
        <source>All offers</source>
        <translation>Alle Angebote</translation>
    </message>
    <message>
        <source>Choose a job.json…</source>
        <translation>Eine job.json auswählen …</translation>
    </message>
    <message>
        <source>Stop quoting</source>
        <translation>Nicht mehr veranschlagen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1 cannot be quoted. %2</source>
        <translation>%1 lässt sich nicht veranschlagen. %2</translation>
    </message>
    <message>
        <source>Asking what %1 costs…</source>
        <translation>Die Kosten von %1 werden erfragt …</translation>
    </message>
    <message>
        <source>%1: %2 of %3 can run it, the cheapest for about %4.</source>
        <translation>%1: %2 von %3 können ihn ausführen, am günstigsten für etwa %4.</translation>
    </message>
    <message>
        <source>%1 states no work, so nobody can say what it costs: a trial will find out.</source>
        <translation>%1 nennt keine Arbeit, daher kann niemand sagen, was es kostet: Ein Probelauf wird es zeigen.</translation>
    </message>
    <message>
        <source>%1: none of %2 can run it; each row says why.</source>
        <translation>%1: Keines von %2 kann ihn ausführen; jede Zeile sagt, warum.</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%1 devices offered</source>
        <translation>
            <numerusform>%1 angebotenes Gerät</numerusform>
            <numerusform>%1 angebotene Geräte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>by %1 providers</source>
        <translation>
            <numerusform>von %1 Anbieter</numerusform>
            <numerusform>von %1 Anbietern</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, as last heard</source>
        <translation>%1, nach letztem Stand</translation>
    </message>
    <message>
        <source>No offers yet. They come as peers connect.</source>
        <translation>Noch keine Angebote. Sie kommen, sobald sich Peers verbinden.</translation>
    </message>
    <message>
        <source>No offer fits the filter.</source>
        <translation>Kein Angebot passt zum Filter.</translation>
    </message>
    <message>
        <source>Nothing to choose from.</source>
        <translation>Nichts zur Auswahl.</translation>
    </message>
    <message>
        <source>Select 2 to %1 offers: with Ctrl and a click, or Shift and the arrow keys</source>
        <translation>2 bis %1 Angebote auswählen: mit Strg und einem Klick oder Umschalt und den Pfeiltasten</translation>
    </message>
    <message>
        <source>No daemon has answered yet</source>
        <translation>Noch hat kein Daemon geantwortet</translation>
    </message>
    <message>
        <source>Offers are shown as soon as a daemon answers.</source>
        <translation>Angebote erscheinen, sobald ein Daemon antwortet.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::OfferCompare</name>
    <message>
        <source>All offers</source>
        <translation>Alle Angebote</translation>
    </message>
    <message>
        <source>Offers side by side</source>
        <translation>Angebote nebeneinander</translation>
    </message>
    <message>
        <source>They are the same in all that is known of them.</source>
        <translation>Sie gleichen sich in allem, was von ihnen bekannt ist.</translation>
    </message>
    <message numerus="yes">
        <source>%n offers side by side</source>
        <translation>
            <numerusform>%n Angebot nebeneinander</numerusform>
            <numerusform>%n Angebote nebeneinander</numerusform>
        </translation>
    </message>
    <message>
        <source>The same of all: %1</source>
        <translation>Bei allen gleich: %1</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>this node</source>
        <translation>dieser Knoten</translation>
    </message>
    <message>
        <source>Your job: %1</source>
        <translation>Ihr Auftrag: %1</translation>
    </message>
    <message>
        <source>Price/h</source>
        <translation>Preis/h</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PeerPanel</name>
    <message>
        <source>Round trip, last 30 minutes</source>
        <translation>Umlaufzeit, letzte 30 Minuten</translation>
    </message>
    <message>
        <source>See offers</source>
        <translation>Angebote ansehen</translation>
    </message>
    <message>
        <source>It gets no connection, no work and no jobs of yours any more.</source>
        <translation>Er bekommt keine Verbindung, keine Arbeit und keine Ihrer Aufträge mehr.</translation>
    </message>
    <message>
        <source>Block it</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Nicht sperren</translation>
    </message>
    <message>
        <source>No peer chosen</source>
        <translation>Kein Peer ausgewählt</translation>
    </message>
    <message>
        <source>Choose one on the map or in the list.</source>
        <translation>Wählen Sie einen auf der Karte oder in der Liste aus.</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Direct · %1</source>
        <translation>Direkt · %1</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message numerus="yes">
        <source>%Ln GPUs</source>
        <translation>
            <numerusform>%Ln GPU</numerusform>
            <numerusform>%Ln GPUs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln devices</source>
        <translation>
            <numerusform>%Ln Gerät</numerusform>
            <numerusform>%Ln Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>Unblock</source>
        <translation>Entsperren</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Umlaufzeit</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Known from</source>
        <translation>Bekannt aus</translation>
    </message>
    <message>
        <source>the configuration</source>
        <translation>der Konfiguration</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>dem Netz</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Address, %1</source>
        <translation>Adresse, %1</translation>
    </message>
    <message>
        <source>Their cheapest offer</source>
        <translation>Günstigstes Angebot</translation>
    </message>
    <message>
        <source>Their work here now</source>
        <translation>Arbeit für ihn hier</translation>
    </message>
    <message>
        <source>Our tasks they ran</source>
        <translation>Unsere Aufgaben dort</translation>
    </message>
    <message>
        <source>Their tasks we ran</source>
        <translation>Seine Aufgaben hier</translation>
    </message>
    <message>
        <source>Paid to them</source>
        <translation>An ihn gezahlt</translation>
    </message>
    <message>
        <source>Earned from them</source>
        <translation>Von ihm verdient</translation>
    </message>
    <message numerus="yes">
        <source>By the newest %Ln receipts</source>
        <translation>
            <numerusform>Nach dem neuesten Beleg (%Ln)</numerusform>
            <numerusform>Nach den neuesten %Ln Belegen</numerusform>
        </translation>
    </message>
    <message>
        <source>Connected through a relay</source>
        <translation>Über ein Relais verbunden</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PeersPage</name>
    <message>
        <source>Peers</source>
        <translation>Peers</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Add peer</source>
        <translation>Peer hinzufügen</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>/ip4/192.0.2.7/tcp/7645/p2p/12D3KooW…</source>
        <translation>/ip4/192.0.2.7/tcp/7645/p2p/12D3KooW…</translation>
    </message>
    <message>
        <source>Address of the peer</source>
        <translation>Adresse des Peers</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Peers by their round-trip time</source>
        <translation>Peers nach Umlaufzeit</translation>
    </message>
    <message>
        <source>No peer is connected</source>
        <translation>Kein Peer ist verbunden</translation>
    </message>
    <message>
        <source>Add one by its address, or wait: the service goes on trying.</source>
        <translation>Fügen Sie einen über seine Adresse hinzu, oder warten Sie: Der Dienst versucht es weiter.</translation>
    </message>
    <message>
        <source>Provider (number of devices)</source>
        <translation>Anbieter (Zahl der Geräte)</translation>
    </message>
    <message>
        <source>Other peer</source>
        <translation>Anderer Peer</translation>
    </message>
    <message>
        <source>Direct</source>
        <translation>Direkt</translation>
    </message>
    <message>
        <source>Relayed</source>
        <translation>Über Relais</translation>
    </message>
    <message>
        <source>No peer is known</source>
        <translation>Kein Peer ist bekannt</translation>
    </message>
    <message>
        <source>Alone</source>
        <translation>Allein</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>This node listens nowhere</source>
        <translation>Dieser Knoten ist nirgends erreichbar</translation>
    </message>
    <message>
        <source>Distance: the round-trip time</source>
        <translation>Abstand: die Umlaufzeit</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PreferenceRow</name>
    <message>
        <source>%1: as the configuration says</source>
        <translation>%1: wie in der Konfiguration</translation>
    </message>
    <message>
        <source>As the configuration says</source>
        <translation>Wie in der Konfiguration</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PreferencesPage</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Sharing</source>
        <translation>Teilen</translation>
    </message>
    <message>
        <source>Share this machine</source>
        <translation>Diesen Rechner teilen</translation>
    </message>
    <message>
        <source>Others may run jobs on the devices below, inside of a sandbox</source>
        <translation>Andere dürfen auf den Geräten unten Aufträge ausführen, in einer Sandbox</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>The most that one job of others may use. What runs goes on.</source>
        <translation>Was ein Auftrag anderer höchstens nutzen darf. Was läuft, läuft weiter.</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>Kerne</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Festplatte</translation>
    </message>
    <message>
        <source>Files in</source>
        <translation>Dateien herein</translation>
    </message>
    <message>
        <source>Files out</source>
        <translation>Dateien hinaus</translation>
    </message>
    <message>
        <source>My jobs</source>
        <translation>Meine Aufträge</translation>
    </message>
    <message>
        <source>Budget of a job</source>
        <translation>Budget eines Auftrags</translation>
    </message>
    <message>
        <source>Where a job names none; without a bound it costs what it costs</source>
        <translation>Wenn ein Auftrag keines nennt; ohne Grenze kostet er, was er kostet</translation>
    </message>
    <message>
        <source>Budget of all jobs</source>
        <translation>Budget aller Aufträge</translation>
    </message>
    <message>
        <source>All that this node may spend</source>
        <translation>Alles, was dieser Knoten ausgeben darf</translation>
    </message>
    <message>
        <source>Choose providers</source>
        <translation>Anbieter auswählen</translation>
    </message>
    <message>
        <source>The cheapest</source>
        <translation>Die günstigsten</translation>
    </message>
    <message>
        <source>The fastest</source>
        <translation>Die schnellsten</translation>
    </message>
    <message>
        <source>Price and time in balance</source>
        <translation>Preis und Zeit ausgewogen</translation>
    </message>
    <message>
        <source>Spread over many</source>
        <translation>Auf viele verteilt</translation>
    </message>
    <message>
        <source>By chance, the better more often</source>
        <translation>Zufällig, die besseren öfter</translation>
    </message>
    <message>
        <source>In turn</source>
        <translation>Reihum</translation>
    </message>
    <message>
        <source>Blocked peers</source>
        <translation>Gesperrte Peers</translation>
    </message>
    <message>
        <source>They get no connection, no work, and no jobs of yours.</source>
        <translation>Sie bekommen keine Verbindung, keine Arbeit und keine Ihrer Aufträge.</translation>
    </message>
    <message>
        <source>This app</source>
        <translation>Diese App</translation>
    </message>
    <message>
        <source>On this computer only.</source>
        <translation>Nur auf diesem Computer.</translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Schriftgröße</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Counts from the next start on</source>
        <translation>Gilt ab dem nächsten Start</translation>
    </message>
    <message>
        <source>Proposed budget</source>
        <translation>Vorgeschlagenes Budget</translation>
    </message>
    <message>
        <source>cr</source>
        <translation>cr</translation>
    </message>
    <message>
        <source>In the form of a new job; off: what the service allows a job</source>
        <translation>Im Formular eines neuen Auftrags; aus: was der Dienst einem Auftrag erlaubt</translation>
    </message>
    <message>
        <source>%1: in use</source>
        <translation>%1: verwenden</translation>
    </message>
    <message>
        <source>Start with the desktop</source>
        <translation>Mit der Arbeitsumgebung starten</translation>
    </message>
    <message>
        <source>Hidden in the tray where there is one</source>
        <translation>Verborgen im Infobereich, wo es einen gibt</translation>
    </message>
    <message>
        <source>Keep in the tray</source>
        <translation>Im Infobereich behalten</translation>
    </message>
    <message>
        <source>Closing the window leaves the app there; the service runs either way</source>
        <translation>Beim Schließen des Fensters bleibt die App dort; der Dienst läuft ohnehin</translation>
    </message>
    <message>
        <source>Tell when a job has ended</source>
        <translation>Melden, wenn ein Auftrag fertig ist</translation>
    </message>
    <message>
        <source>Tell when a job has failed</source>
        <translation>Melden, wenn ein Auftrag gescheitert ist</translation>
    </message>
    <message>
        <source>Tell when a device is lost</source>
        <translation>Melden, wenn ein Gerät verloren ist</translation>
    </message>
    <message>
        <source>Tell when the service is gone</source>
        <translation>Melden, wenn der Dienst weg ist</translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation>Die des Systems</translation>
    </message>
    <message>
        <source>Nothing is known of the service&apos;s preferences</source>
        <translation>Über die Einstellungen des Dienstes ist nichts bekannt</translation>
    </message>
    <message>
        <source>Changes apply at once</source>
        <translation>Änderungen gelten sofort</translation>
    </message>
    <message>
        <source>Changes apply at once to %1</source>
        <translation>Änderungen gelten sofort für %1</translation>
    </message>
    <message>
        <source>Unblock</source>
        <translation>Entsperren</translation>
    </message>
    <message>
        <source>Unblock %1</source>
        <translation>%1 entsperren</translation>
    </message>
    <message>
        <source>Choose daemon…</source>
        <translation>Daemon wählen …</translation>
    </message>
    <message>
        <source>Connected to</source>
        <translation>Verbunden mit</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>Longest task</source>
        <translation>Längste Aufgabe</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PriceProposal</name>
    <message>
        <source>It has no price: others use it for nothing</source>
        <translation>Ohne Preis: andere nutzen es umsonst</translation>
    </message>
    <message>
        <source>Ask for %1</source>
        <translation>%1 verlangen</translation>
    </message>
    <message>
        <source>Ask for %1: %2</source>
        <translation>%1 verlangen: %2</translation>
    </message>
    <message>
        <source>It has no price: others would use it for nothing</source>
        <translation>Es hat keinen Preis: Andere würden es umsonst nutzen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::ReceiptExport</name>
    <message>
        <source>the service&apos;s list of receipts does not end</source>
        <translation>die Belegliste des Dienstes hat kein Ende</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::ReceiptPanel</name>
    <message>
        <source>%1 was not written (%2): choose another folder or make room</source>
        <translation>%1 wurde nicht geschrieben (%2): einen anderen Ordner wählen oder Platz schaffen</translation>
    </message>
    <message>
        <source>Save the paper trail</source>
        <translation>Nachweis speichern</translation>
    </message>
    <message>
        <source>Save the trail</source>
        <translation>Nachweis speichern</translation>
    </message>
    <message>
        <source>Signed records</source>
        <translation>Signierte Einträge</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>A file that `quern verify` checks without any service</source>
        <translation>Eine Datei, die „quern verify“ ohne jeden Dienst prüft</translation>
    </message>
    <message>
        <source>Being checked</source>
        <translation>Wird geprüft</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>Earned</source>
        <translation>Verdient</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>Bezahlt</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Due by the provider&apos;s count</source>
        <translation>Fällig nach Zählung des Anbieters</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>Device time</source>
        <translation>Gerätezeit</translation>
    </message>
    <message>
        <source>The trail is not kept any more</source>
        <translation>Der Nachweis wird nicht mehr aufbewahrt</translation>
    </message>
    <message>
        <source>Signatures verified</source>
        <translation>Signaturen geprüft</translation>
    </message>
    <message>
        <source>Does not hold</source>
        <translation>Ist nicht gültig</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>receipt.trail</source>
        <translation>beleg.trail</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Gespeichert als %1</translation>
    </message>
    <message>
        <source>Tasks together</source>
        <translation>Aufgaben zusammen</translation>
    </message>
    <message>
        <source>%1, of %2 in all</source>
        <translation>%1, von insgesamt %2</translation>
    </message>
    <message>
        <source>Not over yet</source>
        <translation>Noch nicht zu Ende</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::ServiceCard</name>
    <message>
        <source>Start the service when I log in</source>
        <translation>Den Dienst starten, wenn ich mich anmelde</translation>
    </message>
    <message>
        <source>Start the service</source>
        <translation>Dienst starten</translation>
    </message>
    <message>
        <source>Stop the service</source>
        <translation>Dienst beenden</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Dienst</translation>
    </message>
    <message>
        <source>Keep it running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>It goes on when this window is closed.</source>
        <translation>Er läuft weiter, wenn dieses Fenster geschlossen wird.</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>Wird beendet</translation>
    </message>
    <message>
        <source>What runs is ended in good order.</source>
        <translation>Was läuft, wird geordnet beendet.</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Its log says why: journalctl --user -u quernd</source>
        <translation>Sein Protokoll sagt, warum: journalctl --user -u quernd</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>While it is stopped nothing is shared, and no job of yours goes on.</source>
        <translation>Solange er beendet ist, wird nichts geteilt, und kein Auftrag von Ihnen geht weiter.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln jobs run now and would not go on.</source>
        <translation>
            <numerusform>%Ln Auftrag läuft gerade und ginge nicht weiter.</numerusform>
            <numerusform>%Ln Aufträge laufen gerade und gingen nicht weiter.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::ShareQuestion</name>
    <message>
        <source>Share at these prices</source>
        <translation>Zu diesen Preisen teilen</translation>
    </message>
    <message>
        <source>Share for nothing</source>
        <translation>Umsonst teilen</translation>
    </message>
    <message>
        <source>What has no price is used for nothing. These could be asked an hour:</source>
        <translation>Was keinen Preis hat, wird umsonst genutzt. Je Stunde könnten Sie verlangen:</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Another device has no price: please look again</source>
        <translation>Ein weiteres Gerät hat keinen Preis: Bitte sehen Sie noch einmal hin</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::SubmitPage</name>
    <message>
        <source>New job</source>
        <translation>Neuer Auftrag</translation>
    </message>
    <message>
        <source>Choose a job</source>
        <translation>Auftrag auswählen</translation>
    </message>
    <message>
        <source>Jobs and kernels (*.json *.cl);;All files (*)</source>
        <translation>Aufträge und Kernel (*.json *.cl);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>A job.json, a folder with one, or an OpenCL kernel</source>
        <translation>Eine job.json, ein Ordner damit oder ein OpenCL-Kernel</translation>
    </message>
    <message>
        <source>Sending %1</source>
        <translation>%1 wird gesendet</translation>
    </message>
    <message>
        <source>Drop a job.json, a folder with one, or a .cl file here</source>
        <translation>Eine job.json, einen Ordner damit oder eine .cl-Datei hierher ziehen</translation>
    </message>
    <message>
        <source>Files that were sent</source>
        <translation>Gesendete Dateien</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Start job</source>
        <translation>Auftrag starten</translation>
    </message>
    <message>
        <source>The provider can read the files you send. Do not send secrets.</source>
        <translation>Der Anbieter kann die Dateien lesen, die Sie senden. Senden Sie nichts Geheimes.</translation>
    </message>
    <message>
        <source>OpenCL kernel</source>
        <translation>OpenCL-Kernel</translation>
    </message>
    <message>
        <source>This is no job</source>
        <translation>Das ist kein Auftrag</translation>
    </message>
    <message>
        <source>What it costs is shown here as soon as there is a job.</source>
        <translation>Was er kostet, steht hier, sobald es einen Auftrag gibt.</translation>
    </message>
    <message>
        <source>Correct the job to see what it costs.</source>
        <translation>Berichtigen Sie den Auftrag, um zu sehen, was er kostet.</translation>
    </message>
    <message>
        <source>Asking the market…</source>
        <translation>Der Markt wird gefragt …</translation>
    </message>
    <message>
        <source>The daemon is not there; it is asked as soon as it is.</source>
        <translation>Der Daemon ist nicht da; er wird gefragt, sobald er es ist.</translation>
    </message>
    <message>
        <source>The job states no work, so nobody can say what it costs. A trial runs first, and costs at most the budget, or without one its longest time.</source>
        <translation>Der Auftrag nennt keine Arbeit, daher kann niemand sagen, was er kostet. Zuerst läuft ein Probelauf; er kostet höchstens das Budget oder, ohne eines, seine längste Zeit.</translation>
    </message>
    <message>
        <source>No device can run it now. Each says why, below.</source>
        <translation>Kein Gerät kann ihn jetzt ausführen. Warum, steht unten bei jedem.</translation>
    </message>
    <message>
        <source>%1 of %2 can</source>
        <translation>%1 von %2 können es</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Preis</translation>
    </message>
    <message>
        <source>Likely cost</source>
        <translation>Voraussichtliche Kosten</translation>
    </message>
    <message>
        <source>At least, at most</source>
        <translation>Mindestens, höchstens</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>The quote holds</source>
        <translation>Der Voranschlag gilt</translation>
    </message>
    <message>
        <source>no more</source>
        <translation>nicht mehr</translation>
    </message>
    <message>
        <source>The job stops when it is reached. Your preferences allow %1 a job.</source>
        <translation>Der Auftrag hält an, wenn es erreicht ist. Ihre Einstellungen erlauben %1 je Auftrag.</translation>
    </message>
    <message>
        <source>The job stops when it is reached; 0 sets no limit.</source>
        <translation>Der Auftrag hält an, wenn es erreicht ist; 0 setzt keine Grenze.</translation>
    </message>
    <message>
        <source>Reading the files</source>
        <translation>Dateien werden gelesen</translation>
    </message>
    <message>
        <source>Submitting</source>
        <translation>Wird eingereicht</translation>
    </message>
    <message>
        <source>The daemon&apos;s answer names no job.</source>
        <translation>Die Antwort des Daemons nennt keinen Auftrag.</translation>
    </message>
    <message>
        <source>On the device you chose</source>
        <translation>Auf dem gewählten Gerät</translation>
    </message>
    <message>
        <source>The device that you chose cannot run it now. Each says why, below.</source>
        <translation>Das gewählte Gerät kann ihn jetzt nicht ausführen. Warum, steht unten bei jedem.</translation>
    </message>
    <message>
        <source>Only on %1 at %2</source>
        <translation>Nur auf %1 bei %2</translation>
    </message>
    <message>
        <source>Fastest match</source>
        <translation>Schnellster Treffer</translation>
    </message>
    <message>
        <source>Best balance of cost and time</source>
        <translation>Bestes Verhältnis von Kosten und Zeit</translation>
    </message>
    <message>
        <source>Cheapest match</source>
        <translation>Günstigster Treffer</translation>
    </message>
    <message>
        <source>Budget: %1 is below %2, which it is likely to cost there: no device takes it. Raise it, or ask for less.</source>
        <translation>Budget: %1 liegt unter %2, den wahrscheinlichen Kosten dort: Kein Gerät nimmt ihn. Erhöhen Sie es, oder verlangen Sie weniger.</translation>
    </message>
    <message>
        <source>No answer has come from %1: the job may have started there. Look at its Jobs, where it can be stopped, before you start it again.</source>
        <translation>Von %1 ist keine Antwort gekommen: Der Auftrag läuft dort vielleicht schon. Sehen Sie dort unter Aufträge nach, wo er sich anhalten lässt, bevor Sie ihn erneut starten.</translation>
    </message>
    <message>
        <source>The connection was lost before the job was submitted: it has not started. Start it again once the daemon is there.</source>
        <translation>Die Verbindung ist abgebrochen, bevor der Auftrag abgeschickt war: Er ist nicht gestartet. Starten Sie ihn erneut, sobald der Daemon wieder da ist.</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::TopologyTree</name>
    <message>
        <source>Part</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Auslastung</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>Kerne</translation>
    </message>
    <message numerus="yes">
        <source>%Ln cores</source>
        <translation>
            <numerusform>%Ln Kern</numerusform>
            <numerusform>%Ln Kerne</numerusform>
        </translation>
    </message>
    <message>
        <source>Core %1</source>
        <translation>Kern %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::WorkCard</name>
    <message>
        <source>End this work</source>
        <translation>Diese Arbeit beenden</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>End it</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>What it used until now is paid; its result is lost.</source>
        <translation>Was sie bisher verbraucht hat, wird bezahlt; ihr Ergebnis geht verloren.</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Fortschritt von %1</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
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
        <source>Ending…</source>
        <translation>Endet …</translation>
    </message>
    <message>
        <source>%1, of %2 in all</source>
        <translation>%1, von insgesamt %2</translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::WorkPanel</name>
    <message>
        <source>End this work</source>
        <translation>Diese Arbeit beenden</translation>
    </message>
    <message>
        <source>It ends as preempted; what was used until then is paid</source>
        <translation>Sie endet als verdrängt; was bis dahin verbraucht wurde, wird bezahlt</translation>
    </message>
    <message>
        <source>No work is selected</source>
        <translation>Keine Arbeit ausgewählt</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Earned so far</source>
        <translation>Bisher verdient</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Longest time</source>
        <translation>Längste Zeit</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>Vereinbarung</translation>
    </message>
    <message>
        <source>task %1, of %2 in all</source>
        <translation>Aufgabe %1, von insgesamt %2</translation>
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
    <name>quern::desktop::widgets::DetailPanel</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
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
    <message>
        <source>Choose another daemon</source>
        <translation>Einen anderen Daemon wählen</translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::Table</name>
    <message>
        <source>Ascending</source>
        <translation>Aufsteigend</translation>
    </message>
    <message>
        <source>Descending</source>
        <translation>Absteigend</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Sortieren nach</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>%1 (no room)</source>
        <translation>%1 (kein Platz)</translation>
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
