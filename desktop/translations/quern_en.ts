<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>JobPlaceText</name>
    <message numerus="yes">
        <source>%n devices</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>of %n providers</source>
        <translation>
            <numerusform>of %n provider</numerusform>
            <numerusform>of %n providers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PeerViewText</name>
    <message numerus="yes">
        <source>%Ln connected</source>
        <translation>
            <numerusform>%Ln connected</numerusform>
            <numerusform>%Ln connected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln providers</source>
        <translation>
            <numerusform>%Ln provider</numerusform>
            <numerusform>%Ln providers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln through a relay</source>
        <translation>
            <numerusform>%Ln through a relay</numerusform>
            <numerusform>%Ln through a relay</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln blocked</source>
        <translation>
            <numerusform>%Ln blocked</numerusform>
            <numerusform>%Ln blocked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SubmitParts</name>
    <message numerus="yes">
        <source>%Ln files, %1</source>
        <translation>
            <numerusform>%Ln file, %1</numerusform>
            <numerusform>%Ln files, %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TopologyText</name>
    <message numerus="yes">
        <source>%Ln cores</source>
        <translation>
            <numerusform>%Ln core</numerusform>
            <numerusform>%Ln cores</numerusform>
        </translation>
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
            <numerusform>%Ln device offered to the network</numerusform>
            <numerusform>%Ln devices offered to the network</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::app::ProfilesDialog</name>
    <message numerus="yes">
        <source>%n are saved, but of no use; the first: %1</source>
        <translation>
            <numerusform>%n are saved, but of no use; the first: %1</numerusform>
            <numerusform>%n are saved, but of no use; the first: %1</numerusform>
        </translation>
    </message>
</context>
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
    <name>quern::desktop::pages::DevicePanel</name>
    <message numerus="yes">
        <source>%Ln offers of others, credits an hour</source>
        <translation>
            <numerusform>%Ln offer of others, credits an hour</numerusform>
            <numerusform>%Ln offers of others, credits an hour</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::EarningsPage</name>
    <message numerus="yes">
        <source>Earned in %Ln days</source>
        <translation>
            <numerusform>Earned in %Ln day</numerusform>
            <numerusform>Earned in %Ln days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Spent in %Ln days</source>
        <translation>
            <numerusform>Spent in %Ln day</numerusform>
            <numerusform>Spent in %Ln days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln in all</source>
        <translation>
            <numerusform>%Ln in all</numerusform>
            <numerusform>%Ln in all</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln receipts were written to %1</source>
        <translation>
            <numerusform>%Ln receipt was written to %1</numerusform>
            <numerusform>%Ln receipts were written to %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None among the newest %Ln receipts</source>
        <translation>
            <numerusform>None among the newest %Ln receipt</numerusform>
            <numerusform>None among the newest %Ln receipts</numerusform>
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
    <name>quern::desktop::pages::JobPanel</name>
    <message numerus="yes">
        <source>%n file(s) saved to %1.</source>
        <translation>
            <numerusform>%n file saved to %1.</numerusform>
            <numerusform>%n files saved to %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::JobsPage</name>
    <message numerus="yes">
        <source>%1 running</source>
        <translation>
            <numerusform>%1 running</numerusform>
            <numerusform>%1 running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 waiting</source>
        <translation>
            <numerusform>%1 waiting</numerusform>
            <numerusform>%1 waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 under way</source>
        <translation>
            <numerusform>%1 under way</numerusform>
            <numerusform>%1 under way</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::MarketPage</name>
    <message numerus="yes">
        <source>%1 devices offered</source>
        <translation>
            <numerusform>%1 device offered</numerusform>
            <numerusform>%1 devices offered</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>by %1 providers</source>
        <translation>
            <numerusform>by %1 provider</numerusform>
            <numerusform>by %1 providers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::OfferCompare</name>
    <message numerus="yes">
        <source>%n offers side by side</source>
        <translation>
            <numerusform>%n offer side by side</numerusform>
            <numerusform>%n offers side by side</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::PeerPanel</name>
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
            <numerusform>%Ln device</numerusform>
            <numerusform>%Ln devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>By the newest %Ln receipts</source>
        <translation>
            <numerusform>By the newest receipt (%Ln)</numerusform>
            <numerusform>By the newest %Ln receipts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::ServiceCard</name>
    <message numerus="yes">
        <source>%Ln jobs run now and would not go on.</source>
        <translation>
            <numerusform>%Ln job runs now and would not go on.</numerusform>
            <numerusform>%Ln jobs run now and would not go on.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>quern::desktop::pages::TopologyTree</name>
    <message numerus="yes">
        <source>%Ln cores</source>
        <translation>
            <numerusform>%Ln core</numerusform>
            <numerusform>%Ln cores</numerusform>
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
