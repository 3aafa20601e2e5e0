using FsCheck;
using Propolis.Vmm.Devices.I440fx;
using Propolis.Vmm.Devices.Piix3;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Devices;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Pci;

public sealed class PciTopologyTests
{
    readonly Board _board = new();
    readonly PciTopology _topology;
    readonly Piix3Lpc _lpc;
    readonly I440fxHostBridge _host;

    public PciTopologyTests()
    {
        _lpc = new Piix3Lpc(_board.Interrupts, _board);
        _topology = new PciTopology(_board.Spaces, _lpc.ConnectLink);
        _host = new I440fxHostBridge(_topology, _lpc.ResetControl);
        _topology.Add(I440fxHostBridge.Path, _host);
        _topology.Add(Piix3Lpc.Path, _lpc);
        _topology.Add(Piix4PowerManagement.Path, new Piix4PowerManagement(_board.Interrupts, _board, _board.Time));
        _host.Attach(_board.Ports);
        _host.AttachEcam(_board.MemoryMapped);
        _lpc.Attach(_board.Ports);
    }

    [Fact]
    public void Chipset_is_found_where_a_PC_has_it()
    {
        Assert.Equal(0x1237_8086u, _board.ReadConfig(new(0, 0, 0), 0));
        Assert.Equal(0x7000_8086u, _board.ReadConfig(new(0, 1, 0), 0));
        Assert.Equal(0x7113_8086u, _board.ReadConfig(new(0, 1, 3), 0));
        Assert.Equal(0x0600_0002u, _board.ReadConfig(new(0, 0, 0), 8));
        Assert.Equal(0x0601_0000u, _board.ReadConfig(new(0, 1, 0), 8));
        Assert.Equal(0x0680_0003u, _board.ReadConfig(new(0, 1, 3), 8));
        Assert.Equal(0xb001u, _board.ReadConfig(new(0, 1, 3), 0x40));
    }

    [Fact]
    public void Empty_places_read_all_ones()
    {
        Assert.Equal(0xffff_ffffu, _board.ReadConfig(new(0, 2, 0), 0));
        Assert.Equal(0xffff_ffffu, _board.ReadConfig(new(0, 1, 1), 0));
        Assert.Equal(0xffff_ffffu, _board.ReadConfig(new(7, 0, 0), 0));
    }

    [Fact]
    public void Multi_function_bit_follows_the_neighbours()
    {
        Assert.Equal(0u, _board.ReadConfig(new(0, 0, 0), 0x0c) >> 16 & 0xff);
        Assert.Equal(0x80u, _board.ReadConfig(new(0, 1, 0), 0x0c) >> 16 & 0xff);
        _board.Out32(0xcf8, 0x8000_080c);
        Assert.Equal(0x80, _board.In8(0xcfe));
    }

    [Fact]
    public void Config_data_takes_every_width()
    {
        _board.Out32(0xcf8, 0x8000_0800);

        Assert.Equal(0x86, _board.In8(0xcfc));
        Assert.Equal(0x80, _board.In8(0xcfd));
        Assert.Equal(0x7000, _board.In16(0xcfe));
        Assert.Equal(0x0080, _board.In16(0xcfd));
        Assert.Equal(0x8000_0800u, _board.In32(0xcf8));
    }

    [Fact]
    public void Disabled_config_address_leads_nowhere()
    {
        _board.Out32(0xcf8, 0x0000_0800);

        Assert.Equal(0xffff_ffffu, _board.In32(0xcfc));
    }

    [Fact]
    public void Byte_writes_below_the_data_port_are_not_config_addresses()
    {
        _board.Out32(0xcf8, 0x8000_0800);

        _board.Out8(0xcf8, 0x12);
        _board.Out8(0xcf9, 0x02);

        Assert.Equal(0x8000_0800u, _board.In32(0xcf8));
        Assert.Equal(0x02, _board.In8(0xcf9));
        Assert.Empty(_board.Wishes);
    }

    [Fact]
    public void Reset_control_resets()
    {
        _board.Out8(0xcf9, 0x02);
        _board.Out8(0xcf9, 0x06);

        Assert.Equal(["reset by port 0xcf9"], _board.Wishes);
    }

    [Fact]
    public void Ecam_shows_the_same_registers_and_no_extended_ones()
    {
        Span<byte> data = stackalloc byte[4];
        _board.MemoryMapped.Read(I440fxHostBridge.EcamBase + (1 << 15), data);
        Assert.Equal(0x7000_8086u, BitConverter.ToUInt32(data));

        _board.MemoryMapped.Write(I440fxHostBridge.EcamBase + (1 << 15) + 0x60, [0x0b]);
        Assert.Equal(0x0bu, _board.ReadConfig(new(0, 1, 0), 0x60) & 0xff);

        _board.MemoryMapped.Read(I440fxHostBridge.EcamBase + (1 << 15) + 0x100, data);
        Assert.Equal(0xffff_ffffu, BitConverter.ToUInt32(data));
    }

    [Fact]
    public void Functions_behind_bridges_answer_at_the_programmed_bus()
    {
        _topology.AddBridge(new(0, 5, 0), 1);
        _topology.AddBridge(new(1, 3, 0), 2);
        var device = new TestEndpoint();
        _topology.Add(new(2, 4, 0), device);

        Assert.Equal(0xffff_ffffu, _board.ReadConfig(new(2, 4, 0), 0));
        _board.WriteConfig(new(0, 5, 0), 0x18, 0x00_0a_08_00);
        Assert.Equal(0x0002_01deu, _board.ReadConfig(new(8, 3, 0), 0));
        _board.WriteConfig(new(8, 3, 0), 0x18, 0x00_0a_09_08);

        Assert.Equal(TestEndpoint.Identifiers, _board.ReadConfig(new(9, 4, 0), 0));
        Assert.Equal(0xffff_ffffu, _board.ReadConfig(new(10, 4, 0), 0));
        Assert.Equal(0u, _board.ReadConfig(new(9, 4, 0), 0x3c) >> 8 & 0xff);
    }

    [Fact]
    public void Bridge_header_keeps_what_a_guest_programs()
    {
        var bridge = _topology.AddBridge(new(0, 5, 0), 1);

        Assert.Equal(0x0604_0000u, _board.ReadConfig(new(0, 5, 0), 8));
        Assert.Equal(1u, _board.ReadConfig(new(0, 5, 0), 0x0c) >> 16 & 0xff);
        _board.WriteConfig(new(0, 5, 0), 0x20, 0xffff_ffff);
        _board.WriteConfig(new(0, 5, 0), 0x24, 0xffff_ffff);
        _board.WriteConfig(new(0, 5, 0), 0x10, 0xffff_ffff);
        Assert.Equal(0xfff0_fff0u, _board.ReadConfig(new(0, 5, 0), 0x20));
        Assert.Equal(0xfff1_fff1u, _board.ReadConfig(new(0, 5, 0), 0x24));
        Assert.Equal(0u, _board.ReadConfig(new(0, 5, 0), 0x10));

        _board.WriteConfig(new(0, 5, 0), 0x18, 0x0002_0100);
        var twin = new PciTopology(new Board().Spaces, _lpc.ConnectLink).AddBridge(new(0, 5, 0), 1);
        Board.Transfer(bridge, twin);
        Assert.Equal(1, twin.SecondaryBus);
        Assert.True(twin.LeadsTo(2));
    }

    [Fact]
    public void Wrong_paths_say_what_is_wrong()
    {
        Assert.Contains("PCI path 0.1.0 is taken", Assert.Throws<ArgumentException>(() => _topology.Add(new(0, 1, 0), new TestEndpoint())).Message);
        Assert.Contains("no bridge leads to bus 3", Assert.Throws<ArgumentException>(() => _topology.Add(new(3, 1, 0), new TestEndpoint())).Message);
        Assert.Contains("bus 0 exists already", Assert.Throws<ArgumentException>(() => _topology.AddBridge(new(0, 9, 0), 0)).Message);
    }

    [Theory]
    [InlineData(4, 0, 1, 3)]
    [InlineData(4, 1, 2, 0)]
    [InlineData(5, 0, 1, 0)]
    [InlineData(4, 3, 4, 2)]
    public void Interrupt_pins_and_links_are_wired_as_documented(byte device, byte function, int pinRegister, int link)
    {
        var endpoint = new TestEndpoint();
        _topology.Add(new(0, device, function), endpoint);
        for (var i = 0; i < 4; i++) RouteLink(i, (byte)(i == link ? 10 : 0x80));

        endpoint.Raise(true);

        Assert.Equal((uint)pinRegister, _board.ReadConfig(new(0, device, function), 0x3c) >> 8 & 0xff);
        Assert.True(_board.Level(10));
    }

    [Fact]
    public void Rerouting_takes_the_level_along()
    {
        var endpoint = new TestEndpoint();
        _topology.Add(new(0, 4, 0), endpoint);
        RouteLink(3, 10);
        endpoint.Raise(true);

        RouteLink(3, 11);
        Assert.False(_board.Level(10));
        Assert.True(_board.Level(11));

        RouteLink(3, 0x80);
        Assert.False(_board.Level(11));
        RouteLink(3, 5);
        endpoint.Raise(false);
        Assert.False(_board.Level(5));
    }

    [Fact]
    public void Links_on_one_interrupt_share_it()
    {
        var (first, second) = (new TestEndpoint(), new TestEndpoint());
        _topology.Add(new(0, 4, 0), first);
        _topology.Add(new(0, 5, 0), second);
        for (var i = 0; i < 4; i++) RouteLink(i, 11);

        first.Raise(true);
        second.Raise(true);
        first.Raise(false);
        Assert.True(_board.Level(11));
        second.Raise(false);

        Assert.False(_board.Level(11));
        Assert.Equal(1, _board.Edges(11));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(13)]
    public void Routes_to_interrupts_that_are_not_legal_lead_nowhere(byte interrupt)
    {
        var endpoint = new TestEndpoint();
        _topology.Add(new(0, 4, 0), endpoint);
        RouteLink(3, interrupt);

        endpoint.Raise(true);

        Assert.False(_board.Level(interrupt));
    }

    [Fact]
    public void Routes_survive_a_snapshot_and_end_with_a_reset()
    {
        RouteLink(3, 10);
        _board.Out8(0x80, 0x55);
        var board = new Board();
        var twin = new Piix3Lpc(board.Interrupts, board);
        var topology = new PciTopology(board.Spaces, twin.ConnectLink);
        topology.Add(Piix3Lpc.Path, twin);
        var endpoint = new TestEndpoint();
        topology.Add(new(0, 4, 0), endpoint);
        endpoint.Raise(true);

        Board.Transfer(_lpc, twin);
        Assert.True(board.Level(10));
        Assert.Equal(0x55, twin.PostCode);

        twin.Reset();
        Assert.False(board.Level(10));
    }

    [Fact]
    public void Port_92_keeps_A20_open_and_resets()
    {
        Assert.Equal(2, _board.In8(0x92));

        _board.Out8(0x92, 0);
        Assert.Equal(2, _board.In8(0x92));
        Assert.Empty(_board.Wishes);

        _board.Out8(0x92, 3);
        Assert.Equal(["reset by port 0x92"], _board.Wishes);
    }

    [Fact]
    public void Any_access_and_snapshot() => RegisterTargets.Chipset().QuickCheckThrowOnFailure();

    void RouteLink(int link, byte value)
    {
        _board.Out32(0xcf8, 0x8000_0860);
        _board.Out8((ushort)(0xcfc + link), value);
    }
}
