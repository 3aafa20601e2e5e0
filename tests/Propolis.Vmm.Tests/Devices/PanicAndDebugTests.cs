using System.Text;
using Propolis.Vmm.Devices.DebugPort;
using Propolis.Vmm.Devices.Pvpanic;

namespace Propolis.Vmm.Tests.Devices;

public sealed class PanicAndDebugTests
{
    readonly Board _board = new();
    readonly List<string> _heard = [];

    [Fact]
    public void Panics_are_counted_and_told()
    {
        var pvpanic = new PvpanicPort(events => _heard.Add(events.ToString()));
        pvpanic.Attach(_board.Ports);

        Assert.Equal(3, _board.In8(0x505));
        _board.Out8(0x505, 1);
        _board.Out8(0x505, 2);
        _board.Out8(0x505, 0xff);
        _board.Out8(0x505, 4);

        Assert.Equal(["HostHandled", "GuestHandled", "HostHandled, GuestHandled"], _heard);
        Assert.Equal((2, 2), (pvpanic.HostHandled, pvpanic.GuestHandled));
        Assert.Empty(_board.Wishes);
    }

    [Fact]
    public void Debug_console_shows_its_presence_and_passes_text_on()
    {
        new DebugConsole(text => _heard.Add(Encoding.ASCII.GetString(text))).Attach(_board.Ports);

        Assert.Equal(0xe9, _board.In8(0x402));
        _board.Out8(0x402, (byte)'x');
        _board.Ports.WriteRepeated(0x402, 1, "SecCoreStartup\n"u8);

        Assert.Equal(["x", "SecCoreStartup\n"], _heard);
    }
}
