using FsCheck;
using Propolis.Vmm.Devices.I440fx;
using Propolis.Vmm.Devices.Piix3;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Devices.Ps2;
using Propolis.Vmm.Devices.Rtc;
using Propolis.Vmm.Devices.Uart;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Devices;
using static Propolis.Vmm.Tests.Devices.RegisterFuzz;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>The registers of the chips that every machine has, with a snapshot in the middle.</summary>
static class RegisterTargets
{
    public static Property Chipset() => Stands(
        () =>
        {
            var board = new Board();
            var lpc = new Piix3Lpc(board.Interrupts, board);
            var topology = new PciTopology(board.Spaces, lpc.ConnectLink);
            var host = new I440fxHostBridge(topology, lpc.ResetControl);
            host.Attach(board.Ports);
            lpc.Attach(board.Ports);
            host.AttachEcam(board.MemoryMapped);
            topology.Add(I440fxHostBridge.Path, host);
            topology.Add(Piix3Lpc.Path, lpc);
            return new(board, new Parts(host, lpc));
        },
        new(false, 0xcf8, 8),
        new(false, 0xcfc, 4),
        new(false, 0x80, 1),
        new(false, 0x92, 1),
        new(true, I440fxHostBridge.EcamBase, 0x10000));

    public static Property Clock() => Stands(
        () =>
        {
            var board = new Board();
            var rtc = new RtcPort(board.Interrupts, board.Time);
            rtc.Attach(board.Ports);
            rtc.Start();
            return new(board, rtc);
        },
        new Window(false, 0x70, 2));

    public static Property Keyboard() => Stands(
        () =>
        {
            var board = new Board();
            var controller = new Ps2Controller(board.Interrupts, board);
            controller.Attach(board.Ports);
            return new(board, controller);
        },
        new(false, 0x60, 1),
        new(false, 0x64, 1));

    public static Property Uart() => Stands(
        () =>
        {
            var board = new Board();
            var port = new SerialPort(SerialPortAddress.Com1, board.Interrupts, board.Time);
            port.Attach(board.Ports);
            return new(board, port);
        },
        new Window(false, 0x3f8, 8));

    public static Property PowerManagement() => Stands(
        () =>
        {
            var board = new Board();
            var pm = new Piix4PowerManagement(board.Interrupts, board, board.Time);
            new PciTopology(board.Spaces, link => board.Interrupts.Connect(link)).Add(Piix4PowerManagement.Path, pm);
            pm.Attach(board.Ports);
            return new(board, pm);
        },
        new(false, 0xb000, 0x40),
        new(false, 0xafe0, 4),
        new(false, 0xb2, 2));
}
