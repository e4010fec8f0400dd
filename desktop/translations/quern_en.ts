<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>quern::desktop::app::Tray</name>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n job</numerusform>
            <numerusform>%n jobs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::FirstRunPage</name>
    <message numerus="yes">
        <source>Nothing is offered until you confirm; %n more on the page Machine</source>
        <translation>
            <numerusform>Nothing is offered until you confirm; %n more on the page Machine</numerusform>
            <numerusform>Nothing is offered until you confirm; %n more on the page Machine</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::PeerMap</name>
    <message numerus="yes">
        <source>%n devices</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::widgets::TopologyView</name>
    <message numerus="yes">
        <source>%n cores</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
</context>
</TS>
