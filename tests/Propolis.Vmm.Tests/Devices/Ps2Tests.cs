using FsCheck;
using Propolis.Vmm.Devices.Ps2;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices;

public sealed class Ps2Tests
{
    const int Keyboard = 1, Mouse = 12;

    readonly Board _board = new();
    readonly Ps2Controller _controller;

    public Ps2Tests() => _controller = Create(_board);

    [Fact]
    public void Self_test_and_line_tests_pass()
    {
        _board.Out8(0x64, 0xaa);
        Assert.Equal("55", Drain());
        _board.Out8(0x64, 0xab);
        _board.Out8(0x64, 0xa9);
        Assert.Equal("0000", Drain());
        Assert.Equal(0x04, _board.In8(0x64) & 0x04);
    }

    [Fact]
    public void Configuration_byte_is_read_back()
    {
        Command(0x60, 0x47);
        _board.Out8(0x64, 0x20);

        Assert.Equal("47", Drain());
    }

    [Fact]
    public void Commands_switch_the_interfaces()
    {
        foreach (var command in new byte[] { 0xad, 0xa7, 0x20 }) _board.Out8(0x64, command);
        Assert.Equal(0x30, Convert.FromHexString(Drain())[0] & 0x30);

        foreach (var command in new byte[] { 0xae, 0xa8, 0x20 }) _board.Out8(0x64, command);
        Assert.Equal(0x00, Convert.FromHexString(Drain())[0] & 0x30);
    }

    [Fact]
    public void Mouse_loop_comes_back_as_the_mouses_and_interrupts()
    {
        Command(0x60, 0x47);
        Command(0xd3, 0x5a);

        Assert.Equal(0x21, _board.In8(0x64) & 0x21);
        Assert.True(_board.Level(Mouse));
        Assert.False(_board.Level(Keyboard));
        Assert.Equal("5a", Drain());
        Assert.False(_board.Level(Mouse));
    }

    [Fact]
    public void Keys_come_translated_with_an_interrupt_for_each_byte()
    {
        Press("a");

        Assert.Equal("1e9e", Drain());
        Assert.Equal(2, _board.Edges(Keyboard));
    }

    [Fact]
    public void Keys_come_in_set_2_without_translation()
    {
        Command(0x60, 0x05);

        Press("a");
        _controller.Key(new Ps2Key(0x75, IsExtended: true), true);
        _controller.Key(new Ps2Key(0x75, IsExtended: true), false);

        Assert.Equal("1cf01ce075e0f075", Drain());
    }

    [Fact]
    public void Keyboard_switched_to_set_1_sends_it_untranslated()
    {
        Command(0x60, 0x05);
        Keys(0xf0, 0x01);
        Assert.Equal("fafa", Drain());

        _controller.Key(new Ps2Key(0x14, IsExtended: true), true);
        _controller.Key(new Ps2Key(0x14, IsExtended: true), false);
        Assert.Equal("e01de09d", Drain());

        Keys(0xf0, 0x00);
        Assert.Equal("fafa01", Drain());
    }

    [Fact]
    public void Pause_and_print_screen_send_their_sequences()
    {
        _controller.Key(Ps2Key.Pause, true);
        _controller.Key(Ps2Key.Pause, false);
        Assert.Equal("e11d45e19dc5", Drain());

        _controller.Key(Ps2Key.PrintScreen, true);
        _controller.Key(Ps2Key.PrintScreen, false);
        Assert.Equal("e02ae037e0b7e0aa", Drain());
    }

    [Fact]
    public void Keyboard_answers_its_commands()
    {
        Keys(0xf2);
        Assert.Equal("faab41", Drain());
        Keys(0xff);
        Assert.Equal("faaa", Drain());
        Keys(0xee);
        Assert.Equal("ee", Drain());
        Keys(0xfe);
        Assert.Equal("ee", Drain());
        Keys(0xed, 0x06);
        Assert.Equal("fafa", Drain());
        Assert.Equal(6, _controller.Leds);
        Keys(0xf3, 0x20);
        Assert.Equal("fafa", Drain());
        Keys(0x05);
        Assert.Equal("fe", Drain());
    }

    [Fact]
    public void Keyboard_that_does_not_scan_forgets_keys()
    {
        Keys(0xf5);
        Press("q");
        Assert.Equal("fa", Drain());

        Keys(0xf4);
        Press("q");
        Assert.Equal("fa1090", Drain());
    }

    [Fact]
    public void Keys_beyond_the_keyboards_buffer_wait_and_arrive()
    {
        _board.Out8(0x64, 0xad);
        const string text = "a long sentence that no keyboard holds";

        Press(text);
        _board.Out8(0x64, 0xae);

        Assert.Equal(text.Length * 2, Drain().Length / 2);
    }

    [Fact]
    public void More_keys_than_wait_are_dropped()
    {
        _board.Out8(0x64, 0xad);
        for (var i = 0; i < 2 * Ps2Controller.MostWaitingKeys; i++) _controller.Key(new Ps2Key(0x1c), true);
        _board.Out8(0x64, 0xae);

        Assert.Equal(Ps2Controller.MostWaitingKeys + Ps2Keyboard.BufferSize, Drain().Length / 2);
    }

    [Theory]
    [InlineData('A', "1e")]
    [InlineData('!', "02")]
    [InlineData('\\', "2b")]
    [InlineData(0xff0d, "1c")]
    [InlineData(0xff52, "e048")]
    [InlineData(0xffbe, "3b")]
    [InlineData(0xffc4, "41")]
    [InlineData(0xffc9, "58")]
    [InlineData(0xffe4, "e01d")]
    [InlineData(0xffff, "e053")]
    public void Keysyms_press_the_keys_that_make_them(int keysym, string codes)
    {
        Assert.True(_controller.Keysym((uint)keysym, true));

        Assert.Equal(codes, Drain());
    }

    [Fact]
    public void Every_printable_character_has_a_key_and_others_have_none()
    {
        for (var character = ' '; character <= '~'; character++) Assert.True(Keysyms.TryFind(character, out _), $"'{character}'");
        Assert.False(_controller.Keysym(0x20ac, true));
    }

    [Fact]
    public void Mouse_identifies_itself_and_learns_its_wheel()
    {
        Enable();
        Tell(0xff);
        Assert.Equal("faaa00", Drain());
        Tell(0xf2);
        Assert.Equal("fa00", Drain());

        Knock();
        Tell(0xf2);
        Assert.Equal("fa03", Drain());
    }

    [Fact]
    public void Mouse_sends_movement_buttons_and_their_end()
    {
        Enable();
        Tell(0xf4);
        Assert.Equal("fa", Drain());

        _controller.MoveMouse(5, -3, 0, 1);
        Assert.True(_board.Level(Mouse));
        Assert.Equal("090503", Drain());
        _controller.MoveMouse(-1, 2, 0, 0);
        Assert.Equal("38fffe", Drain());
        _controller.MoveMouse(0, 0, 0, 0);
        Assert.Equal("", Drain());
    }

    [Fact]
    public void Long_movement_comes_in_several_packets()
    {
        Enable();
        Tell(0xf4);
        Drain();

        _controller.MoveMouse(600, 0, 0, 0);

        Assert.Equal("08ff0008ff00085a00", Drain());
    }

    [Fact]
    public void Wheel_turns_in_the_fourth_byte()
    {
        Enable();
        Knock();
        Tell(0xf4);
        Drain();

        _controller.MoveMouse(0, 0, -1, 0);

        Assert.Equal("080000ff", Drain());
    }

    [Fact]
    public void Mouse_that_does_not_report_answers_when_asked()
    {
        Enable();
        _controller.MoveMouse(7, 0, 0, 4);
        Assert.Equal("", Drain());

        Tell(0xeb);
        Assert.Equal("fa0c0700", Drain());
        Tell(0xe9);
        Assert.Equal("fa020264", Drain());
    }

    [Fact]
    public void Mouse_in_wrap_mode_echoes()
    {
        Enable();
        Tell(0xee);
        Tell(0x12);
        Tell(0xf4);
        Tell(0xec);

        Assert.Equal("fa", Drain()[^2..]);
        Tell(0xe8);
        Tell(0x03);
        Assert.Equal("fa", Drain()[^2..]);
    }

    [Theory]
    [InlineData(0xfe)]
    [InlineData(0xf0)]
    public void Pulsing_the_reset_line_resets(byte command)
    {
        _board.Out8(0x64, command);

        Assert.Equal(["reset by keyboard controller"], _board.Wishes);
    }

    [Fact]
    public void Output_port_resets_when_its_reset_bit_falls()
    {
        Command(0xd1, 0x03);
        _board.Out8(0x64, 0xff);
        Assert.Empty(_board.Wishes);

        Command(0xd1, 0x02);
        Assert.Equal(["reset by keyboard controller"], _board.Wishes);
        _board.Out8(0x64, 0xd0);
        Assert.Equal("03", Drain());
    }

    [Fact]
    public void Reset_empties_everything()
    {
        Press("abc");
        _controller.Reset();

        Assert.False(_board.Level(Keyboard));
        Assert.Equal("", Drain());
    }

    [Fact]
    public void Snapshot_keeps_keys_and_movement_on_their_way()
    {
        Enable();
        Tell(0xf4);
        Press("ab");
        _controller.MoveMouse(300, 0, 0, 0);
        var board = new Board();

        Board.Transfer(_controller, Create(board));

        Assert.Equal(Drain(), Drain(board));
    }

    [Fact]
    public void Any_access_and_snapshot() => RegisterTargets.Keyboard().QuickCheckThrowOnFailure();

    static Ps2Controller Create(Board board)
    {
        var controller = new Ps2Controller(board.Interrupts, board);
        controller.Attach(board.Ports);
        return controller;
    }

    void Command(byte command, byte parameter)
    {
        _board.Out8(0x64, command);
        _board.Out8(0x60, parameter);
    }

    void Keys(params ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) _board.Out8(0x60, value);
    }

    void Enable() => Command(0x60, 0x47);

    void Tell(byte value) => Command(0xd4, value);

    void Knock()
    {
        foreach (byte value in new byte[] { 0xf3, 200, 0xf3, 100, 0xf3, 80 })
        {
            Tell(value);
            Assert.Equal("fa", Drain());
        }
    }

    void Press(string text)
    {
        foreach (var character in text)
        {
            _controller.Keysym(character, true);
            _controller.Keysym(character, false);
        }
    }

    string Drain() => Drain(_board);

    static string Drain(Board board)
    {
        var bytes = new List<byte>();
        while ((board.In8(0x64) & 1) != 0 && bytes.Count < 2000) bytes.Add(board.In8(0x60));
        return Convert.ToHexStringLower([.. bytes]);
    }
}
