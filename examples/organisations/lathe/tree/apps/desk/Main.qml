import QtQuick
import QtQuick.Controls

ApplicationWindow {
    visible: true
    title: qsTr("Lathe Desk")

    Button {
        text: qsTr("Feed hold")
        Accessible.name: qsTr("Hold the feed, keep the spindle turning")
        Accessible.role: Accessible.Button
        focusPolicy: Qt.StrongFocus
        onClicked: controller.feedHold()
    }
}
