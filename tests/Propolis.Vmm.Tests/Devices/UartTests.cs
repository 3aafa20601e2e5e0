using System.Text;
using FsCheck;
using Propolis.Vmm.Devices.Uart;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices;

public sealed class UartTests
{
    const ushort Data = 0x3f8, Ier = 0x3f9, Iir = 0x3fa, Fcr = 0x3fa, Lcr = 0x3fb, Mcr = 0x3fc, Lsr = 0x3fd, Msr = 0x3fe, Scratch = 0x3ff;

    readonly Board _board = new();
    readonly Terminal _terminal = new();
    readonly SerialPort _port;

    public UartTests()
    {
        _port = Create(_board);
        _port.Plug(_terminal);
    }

    [Fact]
    public void Registers_after_reset_are_the_data_sheets()
    {
        Assert.Equal(0, _board.In8(Ier));
        Assert.Equal(1, _board.In8(Iir));
        Assert.Equal(0, _board.In8(Lcr));
        Assert.Equal(0, _board.In8(Mcr));
        Assert.Equal(0x60, _board.In8(Lsr));
        Assert.Equal(0xb0, _board.In8(Msr));
    }

    [Fact]
    public void Sent_bytes_reach_the_terminal_in_order()
    {
        foreach (var character in "login: "u8) _board.Out8(Data, character);
        Tick();

        Assert.Equal(["login: "], _terminal.Transmissions);
    }

    [Fact]
    public void Whole_lines_and_long_ones_do_not_wait()
    {
        foreach (var character in "one\ntwo\n"u8) _board.Out8(Data, character);
        for (var i = 0; i < 70; i++) _board.Out8(Data, (byte)'x');
        Assert.Equal(["one\n", "two\n", new string('x', 64)], _terminal.Transmissions);

        Tick();
        Assert.Equal("xxxxxx", _terminal.Transmissions[^1]);
    }

    [Fact]
    public void Handler_that_sends_without_end_is_let_out_once_a_tick()
    {
        _board.Out8(Fcr, 0x01);
        _board.Out8(Ier, UartRules.TransmitterEmpty);
        for (var tick = 1; tick <= 3; tick++)
        {
            var passes = 0;
            while (_board.In8(Iir) == 0xc2 && passes++ < 1000) SendFifo();
            Assert.Equal(16, passes);
            Assert.False(_board.Level(4));
            Assert.Equal(0x60, _board.In8(Lsr));
            Tick();
            Assert.True(_board.Level(4));
        }
    }

    [Fact]
    public void Polling_sender_is_never_held_up()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(0x60, _board.In8(Lsr));
            _board.Out8(Data, (byte)'x');
        }
        _board.Out8(Ier, UartRules.TransmitterEmpty);

        Assert.Equal(0x02, _board.In8(Iir));
    }

    [Fact]
    public async Task Pause_hands_over_what_is_held_and_holds_the_interrupt()
    {
        _board.Out8(Ier, UartRules.TransmitterEmpty);
        for (var i = 0; i < 16; i++) SendFifo();
        _board.In8(Iir);
        _board.Out8(Data, (byte)'!');

        await _port.PauseAsync();
        Tick();
        Assert.EndsWith("!", _terminal.Text);
        Assert.False(_board.Level(4));

        _port.Resume();
        Tick();
        Assert.True(_board.Level(4));
    }

    [Fact]
    public async Task What_is_typed_during_a_pause_waits_for_its_end()
    {
        await _port.PauseAsync();
        Assert.Equal(0, _port.Receive("x"u8));
        Assert.False(_port.ReceiveBreak());

        Assert.Equal(0, _terminal.Notices);
        _port.Resume();

        Assert.Equal(1, _terminal.Notices);
        Assert.Equal(1, _port.Receive("x"u8));
        Assert.Equal((byte)'x', _board.In8(Data));
    }

    [Fact]
    public void A_string_write_reaches_the_terminal_at_once()
    {
        _board.Ports.WriteRepeated(Data, 1, "a line of text"u8);

        Assert.Equal(["a line of text"], _terminal.Transmissions);
    }

    [Fact]
    public void A_long_string_write_loses_nothing()
    {
        var text = new string('x', 10_000) + "end";

        _board.Ports.WriteRepeated(Data, 1, Encoding.ASCII.GetBytes(text));

        Assert.Equal(text, _terminal.Text);
    }

    [Fact]
    public void Bytes_sent_while_the_terminal_is_busy_follow_in_order()
    {
        _terminal.OnTransmit = () =>
        {
            _terminal.OnTransmit = null;
            foreach (var character in "23\n"u8) _board.Out8(Data, character);
        };

        _board.Out8(Data, (byte)'1');
        _board.Out8(Data, (byte)'\n');

        Assert.Equal(["1\n", "23\n"], _terminal.Transmissions);
    }

    [Fact]
    public void Without_a_terminal_bytes_are_lost_and_nothing_waits()
    {
        _port.Plug(null);

        _board.Out8(Data, 1);
        Tick();

        Assert.Equal(0x60, _board.In8(Lsr));
    }

    [Fact]
    public void Divisor_latch_hides_data_and_interrupt_enable()
    {
        _board.Out8(Ier, 5);
        _board.Out8(Lcr, 0x83);
        _board.Out16(Data, 0x1234);

        Assert.Equal(0x34, _board.In8(Data));
        Assert.Equal(0x12, _board.In8(Ier));
        _board.Out8(Lcr, 0x03);
        Assert.Equal(5, _board.In8(Ier));
        Tick();
        Assert.Equal("", _terminal.Text);
    }

    [Fact]
    public void Scratch_register_holds_a_byte()
    {
        _board.Out8(Scratch, 0xa5);

        Assert.Equal(0xa5, _board.In8(Scratch));
    }

    [Fact]
    public void Identity_tells_a_16550_whose_FIFOs_are_on()
    {
        _board.Out8(Fcr, 0x01);
        Assert.Equal(0xc1, _board.In8(Iir));

        _board.Out8(Fcr, 0x00);
        Assert.Equal(0x01, _board.In8(Iir));
    }

    [Fact]
    public void Without_FIFO_one_byte_fits()
    {
        Assert.Equal(1, _port.Receive("ab"u8));

        Assert.Equal(0x61, _board.In8(Lsr));
        Assert.Equal((byte)'a', _board.In8(Data));
        Assert.Equal(0x60, _board.In8(Lsr));
        Assert.Equal(1, _terminal.Notices);
    }

    [Fact]
    public void FIFO_takes_sixteen_bytes_and_tells_when_it_is_empty_again()
    {
        _board.Out8(Fcr, 0x01);
        Assert.Equal(16, _port.Receive(new byte[20]));

        for (var i = 0; i < 15; i++) _board.In8(Data);
        Assert.Equal(0, _terminal.Notices);
        _board.In8(Data);

        Assert.Equal(1, _terminal.Notices);
    }

    [Theory]
    [InlineData(0x01, 1)]
    [InlineData(0x41, 4)]
    [InlineData(0x81, 8)]
    [InlineData(0xc1, 14)]
    public void Received_data_interrupt_tells_trigger_level_from_timeout(byte fcr, int trigger)
    {
        _board.Out8(Fcr, fcr);
        _board.Out8(Ier, UartRules.ReceivedData);

        _port.Receive(new byte[trigger]);
        Assert.True(_board.Level(4));
        Assert.Equal(0xc4, _board.In8(Iir));

        _board.In8(Data);
        Assert.Equal(trigger > 1 ? 0xcc : 0xc1, _board.In8(Iir));
        Assert.Equal(trigger > 1, _board.Level(4));
    }

    [Fact]
    public void Transmitter_interrupt_comes_with_its_enable_and_goes_with_its_identity()
    {
        _board.Out8(Ier, UartRules.TransmitterEmpty);
        Assert.True(_board.Level(4));

        Assert.Equal(0x02, _board.In8(Iir));
        Assert.False(_board.Level(4));
        Assert.Equal(0x01, _board.In8(Iir));

        _board.Out8(Data, (byte)'x');
        Assert.True(_board.Level(4));
    }

    [Fact]
    public void Each_write_after_a_look_makes_an_edge_and_a_burst_makes_one()
    {
        _board.Out8(Ier, UartRules.TransmitterEmpty);
        for (var i = 0; i < 3; i++)
        {
            _board.In8(Lsr);
            _board.Out8(Data, (byte)'x');
        }
        Assert.Equal(4, _board.Edges(4));

        for (var i = 0; i < 16; i++) _board.Out8(Data, (byte)'y');
        Assert.Equal(4, _board.Edges(4));
    }

    [Fact]
    public void Priorities_follow_the_data_sheet()
    {
        _board.Out8(Ier, 0x0f);
        _port.SetModemLines(UartRules.Cts);
        _port.ReceiveBreak();

        Assert.Equal(0x06, _board.In8(Iir));
        Assert.Equal(0x71, _board.In8(Lsr));
        Assert.Equal(0x04, _board.In8(Iir));
        _board.In8(Data);
        Assert.Equal(0x02, _board.In8(Iir));
        Assert.Equal(0x00, _board.In8(Iir));
        Assert.Equal(0x1a, _board.In8(Msr));
        Assert.Equal(0x01, _board.In8(Iir));
        Assert.False(_board.Level(4));
    }

    [Fact]
    public void Break_in_the_FIFO_shows_when_it_is_at_the_front()
    {
        _board.Out8(Fcr, 0x01);
        _port.Receive("a"u8);
        _port.ReceiveBreak();

        Assert.Equal(0xe1, _board.In8(Lsr));
        Assert.Equal((byte)'a', _board.In8(Data));
        Assert.Equal(0xf1, _board.In8(Lsr));
        Assert.Equal(0x61, _board.In8(Lsr));
        Assert.Equal(0, _board.In8(Data));
    }

    [Fact]
    public void Loopback_turns_the_line_and_the_modem_around()
    {
        // As Linux looks for a port: OUT2 and RTS come back as DCD and CTS.
        _board.Out8(Mcr, 0x1a);
        Assert.Equal(0x90, _board.In8(Msr) & 0xf0);
        Assert.Equal(0, _port.Receive("x"u8));

        _board.Out8(Data, 0x42);
        Assert.Equal(0x61, _board.In8(Lsr));
        Assert.Equal(0x42, _board.In8(Data));
        Tick();
        Assert.Equal("", _terminal.Text);

        _board.Out8(Mcr, 0x0b);
        Assert.Equal(1, _terminal.Notices);
    }

    [Fact]
    public void Loopback_without_a_reader_overruns()
    {
        _board.Out8(Fcr, 0x01);
        _board.Out8(Mcr, UartRules.Loop);
        for (byte i = 0; i < 17; i++) _board.Out8(Data, i);

        Assert.Equal(0x63, _board.In8(Lsr));
        Assert.Equal(0x61, _board.In8(Lsr));
        for (byte i = 0; i < 16; i++) Assert.Equal(i, _board.In8(Data));
        Assert.Equal(0x60, _board.In8(Lsr));
    }

    [Fact]
    public void Ring_counts_when_it_ends()
    {
        _board.In8(Msr);
        _port.SetModemLines(0xf0);
        Assert.Equal(0xf0, _board.In8(Msr));

        _port.SetModemLines(0xb0);
        Assert.Equal(0xb4, _board.In8(Msr));
        Assert.Equal(0xb0, _board.In8(Msr));
    }

    [Fact]
    public void Switching_or_clearing_the_FIFO_empties_it()
    {
        _board.Out8(Fcr, 0x01);
        _port.Receive("abc"u8);
        _board.Out8(Fcr, 0x03);
        Assert.Equal(0x60, _board.In8(Lsr));

        _port.Receive("abc"u8);
        _board.Out8(Fcr, 0x00);
        Assert.Equal(0x60, _board.In8(Lsr));
    }

    [Fact]
    public void Reset_drops_the_interrupt_and_makes_room()
    {
        _board.Out8(Ier, UartRules.ReceivedData);
        _port.Receive("ab"u8);
        Assert.True(_board.Level(4));

        _port.Reset();

        Assert.False(_board.Level(4));
        Assert.Equal(1, _terminal.Notices);
    }

    [Fact]
    public void Ports_of_a_PC_are_where_they_belong()
    {
        var interrupts = new int[4];
        for (var i = 0; i < 4; i++)
        {
            var port = new SerialPort(SerialPortAddress.All[i], _board.Interrupts, _board.Time);
            if (i > 0) port.Attach(_board.Ports);
            interrupts[i] = SerialPortAddress.All[i].Interrupt;
        }

        Assert.Equal([4, 3, 4, 3], interrupts);
        foreach (ushort lsr in new[] { 0x3fd, 0x2fd, 0x3ed, 0x2ed }) Assert.Equal(0x60, _board.In8(lsr));
    }

    [Fact]
    public void State_of_a_FIFO_larger_than_its_mode_is_refused()
    {
        _board.Out8(Fcr, 0x01);
        _port.Receive("abc"u8);
        var bytes = Board.Export(_port);
        // FCR is the second register behind the 32-bit length.
        bytes[5] = 0;

        var error = Assert.Throws<Vmm.State.StateFormatException>(() => Create(new Board()).Import(new(bytes, "com1")));

        Assert.Equal("com1: 3 bytes in a FIFO of 1.", error.Message);
    }

    [Fact]
    public void Any_access_and_snapshot() => RegisterTargets.Uart().QuickCheckThrowOnFailure();

    void Tick() => _board.Time.Advance(SerialPort.HoldTime);

    void SendFifo()
    {
        for (var i = 0; i < UartRules.FifoSize; i++) _board.Out8(Data, (byte)'x');
    }

    static SerialPort Create(Board board)
    {
        var port = new SerialPort(SerialPortAddress.Com1, board.Interrupts, board.Time);
        port.Attach(board.Ports);
        return port;
    }

    sealed class Terminal : ISerialHost
    {
        public List<string> Transmissions { get; } = [];

        public Action? OnTransmit { get; set; }

        public int Notices { get; private set; }

        public string Text => string.Concat(Transmissions);

        public void Transmit(ReadOnlySpan<byte> bytes)
        {
            Transmissions.Add(Encoding.ASCII.GetString(bytes));
            OnTransmit?.Invoke();
        }

        public void ReceiveReady() => Notices++;
    }
}
