package dev.posthouse.cli.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Takes the argument behind an option as one more of its values, whatever it looks like. Picocli would take one that begins
 * with '-' and a letter of an option for that option, and one public key in 64 begins with '-'.
 */
final class Verbatim implements IParameterConsumer {

    @Override
    @SuppressWarnings("JdkObsolete") // the stack is picocli's
    public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
        if (arguments.isEmpty()) {
            throw new ParameterException(
                    command.commandLine(),
                    "a value is missing: " + ((OptionSpec) option).longestName() + " " + option.paramLabel());
        }
        List<String> values = new ArrayList<>(option.<List<String>>getValue());
        values.add(arguments.pop());
        option.setValue(values);
    }
}
