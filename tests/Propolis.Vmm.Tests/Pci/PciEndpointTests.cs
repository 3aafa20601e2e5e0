using Propolis.Vmm.Bus;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices;

namespace Propolis.Vmm.Tests.Pci;

public sealed class PciEndpointTests
{
    const int Command = 0x04;
    const uint Decode = 3, Master = 4, InterruptDisable = 0x400;

    readonly Board _board = new();
    readonly TestEndpoint _endpoint = new();

    public PciEndpointTests() => Plug(_board, _endpoint);

    [Fact]
    public void Header_tells_identity_capabilities_and_pin()
    {
        Assert.Equal(TestEndpoint.Identifiers, Read(0));
        Assert.Equal(0xff00_0000u, Read(8));
        Assert.Equal(0x1100_1b36u, Read(0x2c));
        Assert.Equal(0x40u, Read(0x34));
        Assert.Equal(0x0010u, Read(4) >> 16);
        Assert.Equal(1u, Read(0x3c) >> 8);
        Assert.Equal(0x0003_0011u, Read(0x40));
        Assert.Equal(4u, Read(0x44));
        Assert.Equal(0x1004u, Read(0x48));
    }

    [Theory]
    [InlineData(0, 0xffff_ffe1)]
    [InlineData(1, 0xffff_f000)]
    [InlineData(2, 0xffff_c004)]
    [InlineData(3, 0xffff_ffff)]
    [InlineData(4, 0xffff_e000)]
    [InlineData(5, 0x0000_0000)]
    public void Bars_are_sized_by_writing_ones(int bar, uint size)
    {
        Write(0x10 + 4 * bar, 0xffff_ffff);

        Assert.Equal(size, Read(0x10 + 4 * bar));
    }

    [Fact]
    public void Bars_answer_where_they_are_programmed_while_decoded()
    {
        Write(0x10, 0xc000);
        Write(0x14, 0xc000_0000);
        Write(0x18, 0x4000_0000);
        Write(0x1c, 0x0000_0008);
        Assert.Equal(0xff, _board.In8(0xc000));

        Write(Command, Decode);
        Assert.Equal(0x5a, _board.In8(0xc004));
        Assert.Equal(0x5a, Load(0xc000_0010));
        Assert.Equal(0x5a, Load(0x8_4000_3fff));
        Assert.Equal(["read 4", "read 10", "read 3fff"], _endpoint.Accesses);

        Write(0x14, 0xc800_0000);
        Assert.Equal(0xff, Load(0xc000_0010));
        Assert.Equal(0x5a, Load(0xc800_0010));

        Write(Command, 0);
        Assert.Equal(0xff, Load(0xc800_0010));
        Assert.Equal(["0 at c000", "1 at c0000000", "2 at 840000000", "1 at c8000000", "0 at ", "1 at ", "2 at "], _endpoint.Moves);
    }

    [Fact]
    public void Bars_are_programmed_byte_by_byte_too()
    {
        _endpoint.WriteConfig(0x17, [0xc0]);
        _endpoint.WriteConfig(0x16, [0x12]);

        Assert.Equal(0xc012_0000u, Read(0x14));
    }

    [Fact]
    public void Read_only_registers_stay()
    {
        for (var register = 0; register < 256; register += 4)
        {
            if (register is Command or (>= 0x10 and < 0x28) or 0x0c or 0x3c or 0x40) continue;
            var before = Read(register);
            Write(register, 0xffff_ffff);
            Assert.Equal(before, Read(register));
        }
        Write(0, 0);
        Assert.Equal(TestEndpoint.Identifiers, Read(0));
    }

    [Fact]
    public void Bus_mastering_follows_the_command_register()
    {
        Assert.False(_endpoint.IsBusMaster);
        Write(Command, Master);
        Assert.True(_endpoint.IsBusMaster);
    }

    [Fact]
    public void Interrupt_pin_obeys_the_disable_bit_and_shows_in_the_status()
    {
        _endpoint.Raise(true);
        Assert.True(_board.Level(10));
        Assert.Equal(0x0008u, Read(Command) >> 16 & 8);

        Write(Command, InterruptDisable);
        Assert.False(_board.Level(10));
        Assert.Equal(0x0008u, Read(Command) >> 16 & 8);

        Write(Command, 0);
        Assert.True(_board.Level(10));
    }

    [Fact]
    public void Messages_replace_the_pin()
    {
        _endpoint.Raise(true);

        Write(0x40, 0x8000_0000);

        Assert.False(_board.Level(10));
        Assert.True(_endpoint.Msix.IsEnabled);
    }

    [Fact]
    public void A_masked_message_waits_for_its_mask_to_go()
    {
        EnableMessages();
        _endpoint.Msix.Signal(2);
        Assert.Empty(_board.Messages);
        Assert.Equal(4u, Load32(0xd000_1000));

        Program(2, 0xfee0_1000, 0x41);

        Assert.Equal([new MsiMessage(0xfee0_1000, 0x41)], _board.Messages);
        Assert.Equal(0u, Load32(0xd000_1000));
        _endpoint.Msix.Signal(2);
        Assert.Equal(2, _board.Messages.Count);
    }

    [Fact]
    public void The_function_mask_holds_every_message()
    {
        EnableMessages();
        Program(0, 0xfee0_0000, 0x30);
        Program(1, 0xfee0_0000, 0x31);
        Write(0x40, 0xc000_0000);
        _endpoint.Msix.Signal(0);
        _endpoint.Msix.Signal(1);
        _endpoint.Msix.Signal(1);
        Assert.Empty(_board.Messages);

        Write(0x40, 0x8000_0000);

        Assert.Equal([0x30u, 0x31u], _board.Messages.Select(m => m.Data));
    }

    [Fact]
    public void Vectors_that_do_not_exist_and_messages_while_off_are_nothing()
    {
        _endpoint.Msix.Signal(0);
        EnableMessages();
        _endpoint.Msix.Signal(4);
        _endpoint.Msix.Signal(-1);

        Assert.Empty(_board.Messages);
        Assert.Equal(0u, Load32(0xd000_1000));
    }

    [Fact]
    public void Reset_returns_to_power_on()
    {
        EnableMessages();
        Program(0, 0xfee0_0000, 0x30);
        _endpoint.Raise(true);

        _endpoint.Reset();

        Assert.Equal(0x0010_0000u, Read(Command));
        Assert.Equal(0u, Read(0x20));
        Assert.False(_endpoint.Msix.IsEnabled);
        Assert.Equal(0xffff_ffffu, Load32(0xd000_0000));
        EnableMessages();
        Assert.Equal(1u, Load32(0xd000_000c));
    }

    [Fact]
    public void State_of_another_device_is_refused()
    {
        var bytes = Board.Export(_endpoint);
        bytes[4]++;

        Assert.Throws<StateFormatException>(() => new TestEndpoint().Import(new(bytes, "test")));
    }

    [Fact]
    public void Level_and_messages_travel_with_the_state()
    {
        EnableMessages();
        Program(1, 0xfee0_0000, 0x31);
        _endpoint.Msix.Signal(3);
        _endpoint.Raise(true);
        var board = new Board();
        var twin = new TestEndpoint();
        Plug(board, twin);

        Board.Transfer(_endpoint, twin);
        twin.Msix.Signal(1);
        board.MemoryMapped.Write(0xd000_003c, [0, 0, 0, 0]);
        twin.WriteConfig(0x43, [0]);

        Assert.Equal([0x31u, 0u], board.Messages.Select(m => m.Data));
        Assert.True(board.Level(10));
    }

    [Fact]
    public void Any_access_and_snapshot()
    {
        RegisterFuzz.Run(
            () =>
            {
                var board = new Board();
                var endpoint = new TestEndpoint();
                Plug(board, endpoint);
                endpoint.WriteConfig(0x20, BitConverter.GetBytes(0xd000_0000));
                endpoint.WriteConfig(Command, [2]);
                board.Ports.Register(0x1000, 256, new ConfigWindow(endpoint));
                return new(board, endpoint);
            },
            new(false, 0x1000, 256),
            new(true, 0xd000_0000, 0x60),
            new(true, 0xd000_0ff0, 0x20));
    }

    static void Plug(Board board, TestEndpoint endpoint) =>
        new PciTopology(board.Spaces, _ => board.Interrupts.Connect(10)).Add(new(0, 4, 0), endpoint);

    uint Read(int register)
    {
        Span<byte> data = stackalloc byte[4];
        _endpoint.ReadConfig(register, data);
        return BitConverter.ToUInt32(data);
    }

    void Write(int register, uint value) => _endpoint.WriteConfig(register, BitConverter.GetBytes(value));

    byte Load(ulong address)
    {
        Span<byte> data = stackalloc byte[1];
        _board.MemoryMapped.Read(address, data);
        return data[0];
    }

    uint Load32(ulong address)
    {
        Span<byte> data = stackalloc byte[4];
        _board.MemoryMapped.Read(address, data);
        return BitConverter.ToUInt32(data);
    }

    void EnableMessages()
    {
        Write(0x20, 0xd000_0000);
        Write(Command, Decode | Master);
        Write(0x40, 0x8000_0000);
    }

    void Program(int vector, ulong address, uint data)
    {
        var entry = 0xd000_0000 + (ulong)vector * 16;
        _board.MemoryMapped.Write(entry, BitConverter.GetBytes(address));
        _board.MemoryMapped.Write(entry + 8, BitConverter.GetBytes(data));
        _board.MemoryMapped.Write(entry + 12, BitConverter.GetBytes(0));
    }

    /// <summary>Configuration space behind ports, as the fuzzer reaches it: aligned pieces only, as every bus gives them.</summary>
    sealed class ConfigWindow(TestEndpoint endpoint) : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data)
        {
            for (var i = 0; i < data.Length; i++) endpoint.ReadConfig((int)offset + i, data.Slice(i, 1));
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data)
        {
            if (data.Length <= 4 && (int)offset % data.Length == 0) endpoint.WriteConfig((int)offset, data);
        }
    }
}
